// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "compiler/evaluate/evaluate.h"
#include "compiler/passes/passes.h"

namespace smelt {
namespace {

bool is_constant(const Graph& graph, const Node& node) {
  return std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](TensorId id) { return id == no_tensor || graph[id].constant; });
}

/// Results of the model stay computed: nobody else puts them where the caller reads them.
bool is_output(const Graph& graph, const Node& node) {
  return std::find(graph.outputs.begin(), graph.outputs.end(), node.outputs[0]) !=
         graph.outputs.end();
}

/// An alias has no kernel: its bytes are its input's.
Bytes alias_value(const Graph& graph, const Node& node) {
  return graph[node.inputs[0]].data;
}

/// The node alone, its operands given as inputs of the graph so that no alias hides a constant.
Bytes evaluate_node(const Graph& graph, const Node& node) {
  Graph single;
  Node copy = node;
  for (TensorId& id : copy.inputs)
    if (id != no_tensor) id = single.add(graph[id]);
  for (TensorId& id : copy.outputs) id = single.add(graph[id]);
  single.outputs = copy.outputs;
  single.nodes.push_back(std::move(copy));
  return Evaluation(single).run({}).front();
}

}  // namespace

Graph fold_constants(Graph graph) {
  std::vector<Node> kept;
  for (Node& node : graph.nodes) {
    const bool known = node.outputs.size() == 1 && !node.op->opaque && is_constant(graph, node) &&
                       !is_output(graph, node);
    if (!known) {
      kept.push_back(std::move(node));
      continue;
    }
    Bytes value = node.op->kernels ? evaluate_node(graph, node) : alias_value(graph, node);
    Tensor& output = graph[node.outputs[0]];
    output.data = std::move(value);
    output.constant = true;
  }
  graph.nodes = std::move(kept);
  return graph;
}

}  // namespace smelt
