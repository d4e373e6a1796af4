// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/edit.h"

#include <algorithm>

#include "compiler/ops/reshape.h"

namespace smelt {

std::vector<std::int32_t> reader_counts(const Graph& graph) {
  std::vector<std::int32_t> counts(graph.tensors.size(), 0);
  for (const Node& node : graph.nodes)
    for (const TensorId id : node.inputs)
      if (id != no_tensor) ++counts[static_cast<std::size_t>(id)];
  for (const TensorId id : graph.outputs) ++counts[static_cast<std::size_t>(id)];
  return counts;
}

Node* producer(Graph& graph, TensorId id) {
  for (Node& node : graph.nodes)
    if (std::find(node.outputs.begin(), node.outputs.end(), id) != node.outputs.end()) return &node;
  return nullptr;
}

Node* sole_producer(Graph& graph, TensorId id, const std::vector<std::int32_t>& readers) {
  while (readers[static_cast<std::size_t>(id)] == 1) {
    Node* node = producer(graph, id);
    if (!node || node->op != &ops::reshape) return node;
    id = node->inputs[0];
  }
  return nullptr;
}

void absorb(Graph& graph, std::size_t i, TensorId id) {
  const TensorId result = graph.nodes[i].outputs[0];
  Node* node = producer(graph, id);
  node->outputs[0] = result;
  // What is reshaped on the way is no tensor of the file any more.
  for (; node && node->op == &ops::reshape; node = producer(graph, node->inputs[0]))
    graph[node->inputs[0]].origin = {};
  graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(i));
}

Activation* fused_activation(Node& node) {
  for (const AttributeField& field : node.op->attributes.fields(node.attributes))
    if (auto* const* found = std::get_if<Activation*>(&field.value)) return *found;
  return nullptr;
}

}  // namespace smelt
