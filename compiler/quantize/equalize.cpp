// SPDX-License-Identifier: Apache-2.0
//
// With relu or no activation between them, W2 relu(W1 x + b) = (W2 s) relu((W1 x + b) / s) for any
// positive s per channel: s = sqrt(r1 / r2) gives both weights the range sqrt(r1 r2), where r1 and
// r2 are their largest magnitudes of the channel.
#include "compiler/quantize/equalize.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "compiler/passes/edit.h"

namespace smelt {
namespace {

constexpr std::size_t weights_operand = 1, bias_operand = 2;
/// Chains of layers settle in a few rounds.
constexpr int rounds = 4;

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

/// Scales between `first` and the layer that alone reads it.
void equalize_pair(Graph& graph, Node& first, Node& second) {
  const std::int32_t before = first.op->quantization->channel_axis;
  const auto behind = input_axis(graph, second);
  if (!behind) return;
  const std::vector<double> r1 = magnitudes(graph[first.inputs[weights_operand]], before);
  const std::vector<double> r2 = magnitudes(graph[second.inputs[weights_operand]], *behind);
  if (r1.size() != r2.size()) return;
  std::vector<double> up(r1.size(), 1), down(r1.size(), 1);
  for (std::size_t c = 0; c < r1.size(); ++c) {
    // Channels that are zero on one side stay.
    if (r1[c] < 1e-12 || r2[c] < 1e-12) continue;
    up[c] = std::sqrt(r1[c] / r2[c]);
    down[c] = 1 / up[c];
  }
  first.inputs[weights_operand] = scaled(graph, first.inputs[weights_operand], before, down);
  if (first.inputs.size() > bias_operand && first.inputs[bias_operand] != no_tensor)
    first.inputs[bias_operand] = scaled(graph, first.inputs[bias_operand], 0, down);
  second.inputs[weights_operand] = scaled(graph, second.inputs[weights_operand], *behind, up);
  graph[first.outputs[0]].origin = {};
}

}  // namespace

Graph equalize(Graph graph) {
  const std::vector<std::int32_t> readers = reader_counts(graph);
  for (int round = 0; round < rounds; ++round)
    for (Node& second : graph.nodes) {
      if (!is_linear(graph, second)) continue;
      const TensorId between = second.inputs[0];
      Node* first = producer(graph, between);
      if (first && readers[static_cast<std::size_t>(between)] == 1 && is_linear(graph, *first) &&
          passes_scales(*first))
        equalize_pair(graph, *first, second);
    }
  return graph;
}

}  // namespace smelt
