// SPDX-License-Identifier: Apache-2.0
//
// What the tensors of a graph hold in each of several samples, while it is run node by node.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <vector>

#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/graph.h"

namespace smelt {

class Values {
 public:
  explicit Values(std::size_t samples) : samples_(samples) {}

  void set(TensorId id, std::vector<Bytes> values) { values_[id] = std::move(values); }
  void forget(TensorId id) { values_.erase(id); }
  /// Computes the outputs of a node whose computed operands are known.
  void run(const Graph& graph, const Node& node);

  /// The values of a tensor, by sample.
  std::vector<const Bytes*> all(TensorId id) const;
  /// The same as floats, whatever the tensor's quantization; valid until the next call.
  std::vector<const Bytes*> real(const Graph& graph, TensorId id);

 private:
  std::size_t samples_ = 0;
  std::map<TensorId, std::vector<Bytes>> values_;
  std::vector<Bytes> real_;
};

/// With those of the graph's inputs.
Values input_values(const Graph& graph, const std::vector<std::vector<Bytes>>& samples);

/// The operands of a node that no later one reads, nor who reads the graph's outputs.
std::vector<TensorId> last_read_by(const Graph& graph, std::size_t node);

/// Runs a graph node by node; `look` is called before node i runs.
void run_along(const Graph& graph, const std::vector<std::vector<Bytes>>& samples,
               const std::function<void(std::size_t i, const Values& values)>& look);
/// Runs a graph and what is made of it side by side. `change` may change the constants of node i of
/// `graph`, by what its operands are in both.
using NodeChange = std::function<void(std::size_t i, const Values& exact, const Values& found)>;
void run_beside(const Graph& reference, const Graph& graph,
                const std::vector<std::vector<Bytes>>& samples, const NodeChange& change);

/// The elements of a float tensor's value.
std::span<const float> floats(const Bytes& bytes);
/// The real numbers that a tensor's elements stand for, as bytes of floats.
Bytes real_values(const Tensor& tensor, const Bytes& value);
/// Floats as a tensor of s8 or s16 holds them, saturated.
Bytes quantized_value(const Tensor& as, const Bytes& real);

}  // namespace smelt
