// SPDX-License-Identifier: Apache-2.0
//
// Runs one node of a graph by itself, on values of its operands that the caller has.
#pragma once

#include <vector>

#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/graph.h"

namespace smelt {

class NodeEvaluation {
 public:
  NodeEvaluation(const Graph& graph, const Node& node);
  NodeEvaluation(const NodeEvaluation&) = delete;
  NodeEvaluation& operator=(const NodeEvaluation&) = delete;

  /// The operands that are computed, each once: whose values run() takes.
  const std::vector<TensorId>& operands() const { return operands_; }
  /// The node's outputs, as in its graph.
  const std::vector<TensorId>& outputs() const { return outputs_; }
  /// The values of the node's outputs; state starts anew.
  std::vector<Bytes> run(const std::vector<Bytes>& values);

 private:
  bool alias_ = false;
  Bytes constant_;  // what is aliased, if that is not computed
  std::vector<TensorId> operands_, outputs_;
  Graph single_;
  std::vector<Evaluation> evaluation_;  // none for an alias
};

}  // namespace smelt
