// SPDX-License-Identifier: Apache-2.0
//
// Any graph, run by the oracle: node after node, each by the naive implementation of its operator.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/oracle_tensor.h"

namespace smelt::test {

/// True if the oracle can run `op`: all operators but the user's own.
bool oracle_has(const OpDef& op);

/// An instance of a model: state survives from run to run, as on the device.
class OracleGraph {
 public:
  /// `graph` has been verified, has no custom operators, and outlives this.
  explicit OracleGraph(const Graph& graph);

  /// Sets state to what stands for the real number zero.
  void reset();
  /// Called with every tensor that a node computed or changed; it may put other elements in place.
  using Observer = std::function<void(TensorId, oracle::Tensor&)>;
  /// One run. inputs[i] has exactly the bytes of graph.inputs[i].
  void run(const std::vector<Bytes>& inputs, const Observer& observe = {});
  /// The elements of a tensor after a run.
  const oracle::Tensor& operator[](TensorId id) const {
    return tensors_[static_cast<std::size_t>(id)];
  }

 private:
  const Graph& graph_;
  std::vector<oracle::Tensor> tensors_;  // by TensorId
};

/// Runs both on the same inputs and says which tensor of `graph` the evaluator computed otherwise
/// than the oracle, and how; empty if none. Each node is given the evaluator's floats, so that
/// what rounding did to them before is not held against it.
std::string oracle_mismatch(const Graph& graph, OracleGraph& oracle, Evaluation& evaluation,
                            const std::vector<Bytes>& inputs);

}  // namespace smelt::test
