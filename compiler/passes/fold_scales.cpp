// SPDX-License-Identifier: Apache-2.0
//
// Factors and summands per channel, such as batch normalization is made of, go into the weights and
// bias of the float layer before them, or behind them:
//
//   s (W x + b) + t = (s W) x + (s b + t)          W (s x + t) + b = (W s) x + (b + W t)
//
// the latter only if the layer pads nothing, or there is no t. A summand may round differently.
#include <algorithm>
#include <optional>

#include "compiler/ops/add.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/transpose_conv.h"
#include "compiler/passes/edit.h"
#include "compiler/passes/passes.h"

namespace smelt {
namespace {

constexpr std::size_t weights_operand = 1, bias_operand = 2;

/// x times, or plus, one number per channel.
struct Step {
  TensorId operand;
  bool factor;
  Activation activation;
  std::vector<double> numbers;  ///< one, if all channels have the same

  /// For a layer of so many channels; none if there is another number of them.
  std::vector<double> for_channels(std::int32_t channels) const {
    const auto count = static_cast<std::size_t>(channels);
    if (numbers.size() == 1) return std::vector<double>(count, numbers[0]);
    return numbers.size() == count ? numbers : std::vector<double>();
  }
};

std::optional<Step> step_of(const Graph& graph, Node& node) {
  const bool sum = node.op == &ops::add, difference = node.op == &ops::sub;
  if (!sum && !difference && node.op != &ops::mul) return std::nullopt;
  const Tensor& output = graph[node.outputs[0]];
  const std::size_t constant = graph[node.inputs[1]].constant ? 1 : 0;
  const Tensor& numbers = graph[node.inputs[constant]];
  const TensorId operand = node.inputs[1 - constant];
  if (!numbers.constant || output.type != ElementType::f32 || output.shape.empty() ||
      graph[operand].shape != output.shape || (difference && constant == 0))
    return std::nullopt;
  const std::int64_t channels = output.shape.back(), count = element_count(numbers.shape);
  if (count != 1 && (count != channels || numbers.shape.back() != channels)) return std::nullopt;
  Step step{operand, !sum && !difference, *fused_activation(node), {}};
  for (const float value : elements<float>(numbers))
    step.numbers.push_back((difference ? -1.0 : 1.0) * double{value});
  return step;
}

bool is_float_layer(const Graph& graph, const Node& node) {
  if (node.op != &ops::conv2d && node.op != &ops::depthwise_conv2d &&
      node.op != &ops::transpose_conv && node.op != &ops::fully_connected)
    return false;
  const NodeView view{graph, node};
  return view.output().type == ElementType::f32 && view.input(weights_operand).constant &&
         (!view.has_input(bias_operand) || view.input(bias_operand).constant);
}

/// Along which axes the weights are indexed by channel.
ChannelRule::Axes weight_axes(const NodeView& view) {
  return view.node.op->channels->axes(view)[0];
}

/// The index along `axis` of element `i`.
std::size_t index_along(const Shape& shape, std::int32_t axis, std::size_t i) {
  std::size_t inner = 1;
  for (std::size_t d = static_cast<std::size_t>(axis) + 1; d < shape.size(); ++d)
    inner *= static_cast<std::size_t>(shape[d]);
  return i / inner % static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)]);
}

TensorId replaced(Graph& graph, TensorId id, const std::vector<float>& values) {
  Tensor tensor = graph[id];
  tensor.data = to_bytes(values);
  tensor.origin = {};
  return graph.add(std::move(tensor));
}

void scale_weights(Graph& graph, Node& layer, std::int32_t axis,
                   const std::vector<double>& factors) {
  const Shape shape = graph[layer.inputs[weights_operand]].shape;
  std::vector<float> values = elements<float>(graph[layer.inputs[weights_operand]]);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(double{values[i]} * factors[index_along(shape, axis, i)]);
  layer.inputs[weights_operand] = replaced(graph, layer.inputs[weights_operand], values);
}

std::vector<double> bias_of(const Graph& graph, const Node& layer, std::size_t channels) {
  const NodeView view{graph, layer};
  if (!view.has_input(bias_operand)) return std::vector<double>(channels, 0.0);
  const std::vector<float> values = elements<float>(view.input(bias_operand));
  return {values.begin(), values.end()};
}

void set_bias(Graph& graph, Node& layer, const std::vector<double>& bias) {
  const TensorId id = graph.add({.name = layer.name + "_bias",
                                 .type = ElementType::f32,
                                 .shape = {static_cast<std::int32_t>(bias.size())},
                                 .constant = true,
                                 .data = to_bytes(std::vector<float>(bias.begin(), bias.end()))});
  layer.inputs.resize(bias_operand + 1, no_tensor);
  layer.inputs[bias_operand] = id;
}

/// Into the layer before node `i`.
bool fold_back(Graph& graph, std::size_t i, const Step& step,
               const std::vector<std::int32_t>& readers) {
  Node* layer = sole_producer(graph, step.operand, readers);
  if (!layer || !is_float_layer(graph, *layer) || *fused_activation(*layer) != Activation::none)
    return false;
  const ChannelRule::Axes axes = weight_axes({graph, *layer});
  // Reshapes in between keep the order: where the last extents agree, so do the channels.
  const std::vector<double> numbers = step.for_channels(graph[layer->outputs[0]].shape.back());
  if (numbers.empty()) return false;
  std::vector<double> bias = bias_of(graph, *layer, numbers.size());
  for (std::size_t c = 0; c < bias.size(); ++c)
    bias[c] = step.factor ? bias[c] * numbers[c] : bias[c] + numbers[c];
  if (step.factor) scale_weights(graph, *layer, axes.output, numbers);
  if (!step.factor || layer->inputs.size() > bias_operand) set_bias(graph, *layer, bias);
  *fused_activation(*layer) = step.activation;
  absorb(graph, i, step.operand);
  return true;
}

/// The layer that alone reads `id`, and mixes its channels.
Node* layer_behind(Graph& graph, TensorId id, const std::vector<std::int32_t>& readers) {
  if (readers[static_cast<std::size_t>(id)] != 1) return nullptr;
  for (Node& node : graph.nodes) {
    if (node.inputs.empty() || node.inputs[0] != id || !is_float_layer(graph, node)) continue;
    const ChannelRule& rule = *node.op->channels;
    const bool mixes =
        rule.kind == ChannelRule::Kind::mix && (!rule.applies || rule.applies({graph, node}));
    return mixes ? &node : nullptr;
  }
  return nullptr;
}

/// Into the layer behind node `i`.
bool fold_forward(Graph& graph, std::size_t i, const Step& step,
                  const std::vector<std::int32_t>& readers) {
  Node* layer = layer_behind(graph, graph.nodes[i].outputs[0], readers);
  if (!layer || step.activation != Activation::none) return false;
  const NodeView view{graph, *layer};
  const ChannelRule::Axes axes = weight_axes(view);
  const auto unpadded = layer->op->channels->unpadded;
  if (!step.factor && unpadded && !unpadded(view)) return false;
  const Shape shape = view.input(weights_operand).shape;
  const std::vector<double> numbers =
      step.for_channels(shape[static_cast<std::size_t>(axes.input)]);
  if (numbers.empty()) return false;
  if (step.factor) {
    scale_weights(graph, *layer, axes.input, numbers);
  } else {
    const std::vector<float> weights = elements<float>(view.input(weights_operand));
    std::vector<double> bias = bias_of(
        graph, *layer, static_cast<std::size_t>(shape[static_cast<std::size_t>(axes.output)]));
    for (std::size_t w = 0; w < weights.size(); ++w)
      bias[index_along(shape, axes.output, w)] +=
          double{weights[w]} * numbers[index_along(shape, axes.input, w)];
    set_bias(graph, *layer, bias);
  }
  layer->inputs[0] = step.operand;
  graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(i));
  return true;
}

bool fold(Graph& graph, std::size_t i) {
  const auto step = step_of(graph, graph.nodes[i]);
  if (!step) return false;
  const std::vector<std::int32_t> readers = reader_counts(graph);
  return fold_back(graph, i, *step, readers) || fold_forward(graph, i, *step, readers);
}

}  // namespace

Graph fold_scales(Graph graph) {
  // A summand that has gone forward lets the factor before it go: from the end to the beginning
  // after from the beginning to the end.
  for (std::size_t i = 0; i < graph.nodes.size();)
    if (!fold(graph, i)) ++i;
  for (std::size_t i = graph.nodes.size(); i-- > 0;) fold(graph, i);
  return remove_dead_nodes(std::move(graph));
}

}  // namespace smelt
