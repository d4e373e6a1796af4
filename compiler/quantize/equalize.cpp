// SPDX-License-Identifier: Apache-2.0
//
// With relu or no activation between them, W2 relu(W1 x + b) = (W2 s) relu((W1 x + b) / s) for any
// positive s per channel. W1 has a scale per output channel, so it loses nothing; what is between
// has one scale, and W2 one for all the channels that an output adds up. s = sqrt(a / r) gives
// both sides the range sqrt(a r), where a and r are the largest magnitudes of the channel between
// and of its weights in W2; s = a where W2, depthwise, has a scale of its own for each. Half of
// that, in logarithms, is taken: a channel that had its range to itself alone would saturate when
// it goes farther than the samples show.
#include "compiler/quantize/equalize.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <optional>

#include "compiler/evaluate/parallel.h"
#include "compiler/passes/edit.h"
#include "compiler/quantize/values.h"

namespace smelt {
namespace {

constexpr std::size_t weights_operand = 1, bias_operand = 2;

/// A layer whose weights and bias are float constants.
bool is_linear(const Graph& graph, const Node& node) {
  const QuantizationRule* rule = node.op->quantization;
  if (!rule || !rule->patches || !node.op->channels || node.inputs.size() <= weights_operand)
    return false;
  return std::all_of(node.inputs.begin() + weights_operand, node.inputs.end(), [&](TensorId id) {
    return id == no_tensor || (graph[id].constant && graph[id].type == ElementType::f32);
  });
}

/// The axis of the weights that is indexed by the layer's input channels, one to one.
std::optional<std::int32_t> input_axis(const Graph& graph, const Node& node) {
  const NodeView view{graph, node};
  const ChannelRule& rule = *node.op->channels;
  if (rule.applies && !rule.applies(view)) return std::nullopt;
  const ChannelRule::Axes axes = rule.axes(view)[0];
  const std::int32_t axis = rule.kind == ChannelRule::Kind::mix ? axes.input : axes.output;
  const std::int32_t channels = view.input(0).shape.back();
  if (axis < 0 || view.input(weights_operand).shape[static_cast<std::size_t>(axis)] != channels)
    return std::nullopt;
  return axis;
}

std::size_t index_along(const Shape& shape, std::int32_t axis, std::size_t i) {
  const auto behind = shape.begin() + axis + 1;
  const auto inner = static_cast<std::size_t>(element_count({behind, shape.end()}));
  return i / inner % static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)]);
}

std::vector<double> magnitudes(const Tensor& tensor, std::int32_t axis) {
  std::vector<double> largest(
      static_cast<std::size_t>(tensor.shape[static_cast<std::size_t>(axis)]));
  const std::vector<float> values = elements<float>(tensor);
  for (std::size_t i = 0; i < values.size(); ++i) {
    double& most = largest[index_along(tensor.shape, axis, i)];
    most = std::max(most, std::abs(double{values[i]}));
  }
  return largest;
}

/// The tensor times one factor per index of `axis`; others may read it, so it is a new one.
TensorId scaled(Graph& graph, TensorId id, std::int32_t axis, const std::vector<double>& factors) {
  Tensor tensor = graph[id];
  std::vector<float> values = elements<float>(tensor);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(double{values[i]} * factors[index_along(tensor.shape, axis, i)]);
  tensor.data = to_bytes(values);
  tensor.origin = {};
  return graph.add(std::move(tensor));
}

bool passes_scales(Node& node) {
  const Activation* activation = fused_activation(node);
  return !activation || *activation == Activation::none || *activation == Activation::relu;
}

/// The largest magnitude in each channel, the last axis, of some tensors.
std::map<TensorId, std::vector<double>> channel_ranges(const Graph& graph,
                                                       const std::vector<Sample>& samples,
                                                       const std::vector<TensorId>& tensors) {
  std::map<TensorId, std::vector<double>> ranges;
  for (const TensorId id : tensors)
    ranges[id].resize(static_cast<std::size_t>(graph[id].shape.back()));
  std::mutex lock;
  parallel_for(samples.size(), [&] {
    return [&, evaluation = Evaluation(graph, KernelChoice::best)](std::size_t i) mutable {
      evaluation.reset();
      evaluation.run(samples[i]);
      const std::lock_guard locked(lock);
      for (auto& [id, range] : ranges) {
        const std::span<const float> values = floats(evaluation[id]);
        for (std::size_t j = 0; j < values.size(); ++j) {
          double& most = range[j % range.size()];
          most = std::max(most, std::abs(double{values[j]}));
        }
      }
    };
  });
  return ranges;
}

/// Two linear layers, by node, the second the only reader of the first.
struct Pair {
  std::size_t first, second;
  std::int32_t axis;  ///< of the second's weights, by the channels between
};

std::vector<Pair> pairs(Graph& graph) {
  const std::vector<std::int32_t> readers = reader_counts(graph);
  std::vector<Pair> found;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!is_linear(graph, graph.nodes[i])) continue;
    const TensorId between = graph.nodes[i].inputs[0];
    Node* first = producer(graph, between);
    if (!first || readers[static_cast<std::size_t>(between)] != 1 || !is_linear(graph, *first) ||
        !passes_scales(*first) ||
        graph[first->inputs[weights_operand]]
                .shape[static_cast<std::size_t>(first->op->quantization->channel_axis)] !=
            graph[between].shape.back())
      continue;
    if (const auto axis = input_axis(graph, graph.nodes[i]))
      found.push_back({static_cast<std::size_t>(first - graph.nodes.data()), i, *axis});
  }
  return found;
}

/// What the channels between are divided by.
std::vector<double> factors(const Graph& graph, const Pair& pair,
                            const std::vector<double>& range) {
  const Node& second = graph.nodes[pair.second];
  const bool own_scales = pair.axis == second.op->quantization->channel_axis;
  const std::vector<double> weights = magnitudes(graph[second.inputs[weights_operand]], pair.axis);
  std::vector<double> result(range.size(), 1);
  for (std::size_t c = 0; c < range.size(); ++c) {
    // Channels that are zero on one side, or overflow, stay.
    if (range[c] < 1e-12 || weights[c] < 1e-12 || !std::isfinite(range[c])) continue;
    result[c] = std::sqrt(own_scales ? range[c] : std::sqrt(range[c] / weights[c]));
  }
  return result;
}

void equalize_pair(Graph& graph, const Pair& pair, const std::vector<double>& by) {
  Node& first = graph.nodes[pair.first];
  Node& second = graph.nodes[pair.second];
  const std::int32_t before = first.op->quantization->channel_axis;
  std::vector<double> down;
  for (const double factor : by) down.push_back(1 / factor);
  first.inputs[weights_operand] = scaled(graph, first.inputs[weights_operand], before, down);
  if (first.inputs.size() > bias_operand && first.inputs[bias_operand] != no_tensor)
    first.inputs[bias_operand] = scaled(graph, first.inputs[bias_operand], 0, down);
  second.inputs[weights_operand] = scaled(graph, second.inputs[weights_operand], pair.axis, by);
  graph[first.outputs[0]].origin = {};
}

}  // namespace

Graph equalize(Graph graph, const std::vector<Sample>& samples) {
  const std::vector<Pair> found = pairs(graph);
  std::vector<TensorId> between;
  for (const Pair& pair : found) between.push_back(graph.nodes[pair.first].outputs[0]);
  const auto ranges = channel_ranges(graph, samples, between);
  for (std::size_t i = 0; i < found.size(); ++i)
    equalize_pair(graph, found[i], factors(graph, found[i], ranges.at(between[i])));
  return graph;
}

}  // namespace smelt
