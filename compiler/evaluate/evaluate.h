// SPDX-License-Identifier: Apache-2.0
//
// Runs a graph on the host: every node by the portable kernel that defines its operator (or, to
// compare, by its best one), every tensor in memory of its own. Programs that come from no graph
// run likewise.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/lower/lower.h"
#include "compiler/program/program.h"

namespace smelt {

/// Raw little-endian elements of one tensor.
using Bytes = std::vector<std::uint8_t>;

/// An instance of a model: state survives from run to run, as on the device.
class Evaluation {
 public:
  /// `graph` has been verified and has no custom operators.
  explicit Evaluation(const Graph& graph, KernelChoice choice = KernelChoice::portable);
  /// `program` need not have been planned.
  explicit Evaluation(Program program);

  /// Sets state to its initial value, as the emitted reset function does.
  void reset();
  /// One run. inputs[i] has exactly the bytes of graph.inputs[i].
  std::vector<Bytes> run(const std::vector<Bytes>& inputs);
  /// The value of a tensor of the graph after a run; a constant's own bytes.
  const Bytes& operator[](TensorId id) const;

 private:
  Bytes& storage(BufferId id) {
    return memory_[static_cast<std::size_t>(storage_of(program_, id))];
  }
  std::uint8_t* place(BufferId id) { return storage(id).data() + offset_in_storage(program_, id); }

  Program program_;
  std::vector<Bytes> memory_;           // by BufferId; aliases have none of their own
  std::vector<const void*> constants_;  // by ConstantId
  std::vector<const Bytes*> tensors_;   // by TensorId of the graph; null: computed by no step
  std::vector<Bytes> constant_tensors_;
};

}  // namespace smelt
