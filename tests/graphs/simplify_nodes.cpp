// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/graphs/rebuild.h"
#include "tests/graphs/simplify.h"

namespace smelt::test {
namespace {

/// Without the first `count` nodes: what others read of them becomes an input.
Graph without_first(const Graph& graph, std::size_t count) {
  Graph edited = graph;
  for (std::size_t i = 0; i < count; ++i) edited.inputs.push_back(graph.nodes[i].outputs[0]);
  edited.nodes.erase(edited.nodes.begin(),
                     edited.nodes.begin() + static_cast<std::ptrdiff_t>(count));
  return edited;
}

bool same_value_type(const Tensor& a, const Tensor& b) {
  return a.type == b.type && a.shape == b.shape && a.quantization == b.quantization;
}

}  // namespace

std::vector<Graph> with_fewer_outputs(const Graph& graph) {
  std::vector<Graph> result;
  if (graph.outputs.size() < 2) return result;
  for (const TensorId id : graph.outputs) {
    Graph edited = graph;
    edited.outputs = {id};
    add_rebuilt(result, std::move(edited), graph);
  }
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    Graph edited = graph;
    edited.outputs.erase(edited.outputs.begin() + static_cast<std::ptrdiff_t>(i));
    add_rebuilt(result, std::move(edited), graph);
  }
  return result;
}

std::vector<Graph> with_tensors_as_inputs(const Graph& graph) {
  std::vector<Graph> result;
  for (std::size_t count = graph.nodes.size() - std::min<std::size_t>(graph.nodes.size(), 1);
       count > 1; count /= 2)
    add_rebuilt(result, without_first(graph, count), graph);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    Graph edited = graph;
    edited.inputs.push_back(graph.nodes[i].outputs[0]);
    edited.nodes.erase(edited.nodes.begin() + static_cast<std::ptrdiff_t>(i));
    if (!edited.nodes.empty()) add_rebuilt(result, std::move(edited), graph);
  }
  return result;
}

/// The results of one node alone, or the operands of one in the place of its result.
std::vector<Graph> with_earlier_outputs(const Graph& graph) {
  std::vector<Graph> result;
  for (const Node& node : graph.nodes) {
    Graph edited = graph;
    edited.outputs = node.outputs;
    if (edited.outputs != graph.outputs) add_rebuilt(result, std::move(edited), graph);
  }
  for (const Node& node : graph.nodes) {
    Graph edited = graph;
    if (std::erase(edited.outputs, node.outputs[0]) == 0) continue;
    for (const TensorId id : node.inputs)
      if (id != no_tensor && !graph[id].constant && !graph[id].variable)
        edited.outputs.push_back(id);
    add_rebuilt(result, std::move(edited), graph);
  }
  return result;
}

std::vector<Graph> with_nodes_bypassed(const Graph& graph) {
  std::vector<Graph> result;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (const TensorId id : graph.nodes[i].inputs) {
      const TensorId output = graph.nodes[i].outputs[0];
      if (id == no_tensor || !same_value_type(graph[id], graph[output])) continue;
      Graph edited = graph;
      for (Node& node : edited.nodes)
        std::replace(node.inputs.begin(), node.inputs.end(), output, id);
      std::replace(edited.outputs.begin(), edited.outputs.end(), output, id);
      add_rebuilt(result, std::move(edited), graph);
    }
  return result;
}

std::vector<Graph> with_fewer_operands(const Graph& graph) {
  std::vector<Graph> result;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (std::size_t j = 0; j < graph.nodes[i].inputs.size(); ++j) {
      Graph absent = graph, shorter = graph;
      absent.nodes[i].inputs[j] = no_tensor;
      add_rebuilt(result, std::move(absent), graph);
      auto& operands = shorter.nodes[i].inputs;
      operands.erase(operands.begin() + static_cast<std::ptrdiff_t>(j));
      add_rebuilt(result, std::move(shorter), graph);
    }
  return result;
}

}  // namespace smelt::test
