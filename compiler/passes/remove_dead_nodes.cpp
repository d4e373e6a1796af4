// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "compiler/passes/passes.h"

namespace smelt {
namespace {

/// Marks what the outputs depend on, last node first.
std::vector<bool> live_tensors(const Graph& graph, std::vector<bool>& live_nodes) {
  std::vector<bool> live(graph.tensors.size());
  const auto mark = [&](TensorId id) {
    if (id != no_tensor) live[static_cast<std::size_t>(id)] = true;
  };
  for (const TensorId id : graph.outputs) mark(id);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    live_nodes[i] = std::any_of(node.outputs.begin(), node.outputs.end(),
                                [&](TensorId id) { return live[static_cast<std::size_t>(id)]; });
    if (!live_nodes[i]) continue;
    for (const TensorId id : node.inputs) mark(id);
    for (const TensorId id : node.outputs) mark(id);
  }
  for (const TensorId id : graph.inputs) mark(id);
  return live;
}

}  // namespace

Graph remove_dead_nodes(Graph graph) {
  std::vector<bool> live_nodes(graph.nodes.size());
  const std::vector<bool> live = live_tensors(graph, live_nodes);
  std::vector<TensorId> renamed(graph.tensors.size(), no_tensor);
  Graph result;
  result.name = graph.name;
  result.file = graph.file;
  for (std::size_t i = 0; i < graph.tensors.size(); ++i)
    if (live[i]) renamed[i] = result.add(std::move(graph.tensors[i]));
  const auto rename = [&](std::vector<TensorId>& ids) {
    for (TensorId& id : ids)
      if (id != no_tensor) id = renamed[static_cast<std::size_t>(id)];
  };
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!live_nodes[i]) continue;
    rename(graph.nodes[i].inputs);
    rename(graph.nodes[i].outputs);
    result.nodes.push_back(std::move(graph.nodes[i]));
  }
  rename(graph.inputs);
  rename(graph.outputs);
  result.inputs = std::move(graph.inputs);
  result.outputs = std::move(graph.outputs);
  return result;
}

}  // namespace smelt
