// SPDX-License-Identifier: Apache-2.0
//
// A graph that is run on several samples at once and differentiated backwards. Nodes that have no
// derivative are run by their kernels; gradients end there.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "compiler/compress/differentiable.h"
#include "compiler/evaluate/node_evaluation.h"

namespace smelt {

class Network {
 public:
  explicit Network(const Graph& graph);

  const Graph& graph() const { return graph_; }
  /// Whether gradients of the node's output become gradients of its inputs.
  bool differentiable(std::size_t node) const { return functions_[node].has_value(); }
  /// Constants that can be learnt: no node without a derivative reads them, none as anything else.
  std::vector<TensorId> learnable_constants() const;
  /// Learns these: their gradients are computed, and those of all that depends on them.
  void learn(const std::vector<TensorId>& constants);
  bool wants_gradient(TensorId id) const { return wanted_[static_cast<std::size_t>(id)]; }

  /// The elements of a float constant.
  std::vector<float>& constant(TensorId id) { return constants_[static_cast<std::size_t>(id)]; }

 private:
  friend class NetworkRun;
  const Graph& graph_;
  std::vector<std::optional<Differentiable>> functions_;  // by node
  std::vector<std::vector<float>> constants_;             // by tensor
  std::vector<bool> wanted_;                              // by tensor
};

/// The values and gradients of one thread.
class NetworkRun {
 public:
  NetworkRun(const Network& network, std::size_t samples);

  /// `inputs`: as those of the graph, each of all samples. Sets all gradients to zero.
  void forward(const std::vector<Bytes>& inputs);
  std::size_t samples() const { return samples_; }
  std::span<const float> value(TensorId id) const { return floats_of(values_, id); }
  /// Of a tensor or constant that wants one, else empty.
  std::span<float> gradient(TensorId id) { return gradients_[static_cast<std::size_t>(id)]; }
  void backward();

 private:
  static std::span<const float> floats_of(const std::vector<Bytes>& values, TensorId id) {
    const Bytes& bytes = values[static_cast<std::size_t>(id)];
    return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
  }
  Operands operands_of(const Node& node) const;
  void run_by_sample(const Node& node, NodeEvaluation& evaluation);

  const Network& network_;
  std::size_t samples_;
  std::vector<Bytes> values_;                                 // by tensor
  std::vector<std::vector<float>> gradients_;                 // by tensor
  std::vector<std::unique_ptr<NodeEvaluation>> evaluations_;  // by node, where it has no function
};

}  // namespace smelt
