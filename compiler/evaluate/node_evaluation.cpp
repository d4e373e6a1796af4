// SPDX-License-Identifier: Apache-2.0
#include "compiler/evaluate/node_evaluation.h"

#include <map>

namespace smelt {

NodeEvaluation::NodeEvaluation(const Graph& graph, const Node& node)
    : alias_(!node.op->kernels), outputs_(node.outputs) {
  Node copy = node;
  std::map<TensorId, TensorId> copies;
  const auto copied = [&](TensorId id) {
    const auto [place, is_new] = copies.try_emplace(id, no_tensor);
    if (is_new) place->second = single_.add(graph[id]);
    return place->second;
  };
  for (TensorId& id : copy.inputs) {
    if (id == no_tensor) continue;
    const bool seen = copies.contains(id);
    const Tensor& tensor = graph[id];
    const TensorId here = copied(id);
    if (!seen && !tensor.constant && !tensor.variable) {
      operands_.push_back(id);
      single_.inputs.push_back(here);
    }
    id = here;
  }
  for (TensorId& id : copy.outputs) id = copied(id);
  single_.outputs = copy.outputs;
  if (alias_ && operands_.empty()) constant_ = graph[node.inputs[0]].data;
  single_.nodes.push_back(std::move(copy));
  if (!alias_) evaluation_.emplace_back(single_, KernelChoice::best);
}

std::vector<Bytes> NodeEvaluation::run(const std::vector<Bytes>& values) {
  if (alias_) return operands_.empty() ? std::vector<Bytes>{constant_} : values;
  evaluation_.front().reset();
  return evaluation_.front().run(values);
}

}  // namespace smelt
