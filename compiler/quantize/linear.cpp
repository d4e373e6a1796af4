// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/linear.h"

#include <algorithm>
#include <numeric>

namespace smelt {
namespace {

/// Of a tensor that one operand reads; a copy of it, if others do too.
void set_constant(Graph& graph, TensorId& operand, const std::vector<float>& values) {
  const TensorId id = operand;
  const auto reads = [&](std::ptrdiff_t sum, const Node& node) {
    return sum + std::count(node.inputs.begin(), node.inputs.end(), id);
  };
  const auto readers =
      std::accumulate(graph.nodes.begin(), graph.nodes.end(),
                      std::count(graph.outputs.begin(), graph.outputs.end(), id), reads);
  if (readers > 1) operand = graph.add(Tensor(graph[id]));
  graph[operand].data = to_bytes(values);
}

}  // namespace

bool has_weights(const Graph& graph, const Node& node) {
  if (!node.op->quantization || node.op->quantization->quantize ||
      node.inputs.size() <= weights_operand ||
      node.op->quantization->role(weights_operand) != QuantizationRule::Role::weights)
    return false;
  return std::all_of(node.inputs.begin() + weights_operand, node.inputs.end(), [&](TensorId id) {
    return id == no_tensor || (graph[id].constant && graph[id].type == ElementType::f32);
  });
}

LinearLayout::LinearLayout(const NodeView& view) {
  const Shape& shape = view.input(weights_operand).shape;
  const QuantizationRule& rule = *view.node.op->quantization;
  const auto axis = static_cast<std::size_t>(rule.channel_axis);
  channels = shape[axis];
  for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  taps = element_count(shape) / channels;
  group_channels = rule.groups ? channels / rule.groups(view) : channels;
}

void set_weights(Graph& graph, std::size_t node, const std::vector<float>& weights,
                 const std::vector<float>& biases) {
  Node& layer = graph.nodes[node];
  layer.inputs.resize(bias_operand + 1, no_tensor);
  set_constant(graph, layer.inputs[weights_operand], weights);
  if (layer.inputs[bias_operand] == no_tensor)
    layer.inputs[bias_operand] = graph.add({.name = layer.name + ".bias",
                                            .shape = {static_cast<std::int32_t>(biases.size())},
                                            .constant = true});
  set_constant(graph, layer.inputs[bias_operand], biases);
}

}  // namespace smelt
