// SPDX-License-Identifier: Apache-2.0
//
// Simpler graphs that are like a given one: what shrinking tries. All of them are valid.
#pragma once

#include <vector>

#include "compiler/graph/graph.h"

namespace smelt::test {

/// A way to simplify: all graphs that one such step gives.
using Simplification = std::vector<Graph> (*)(const Graph&);

/// Less to compute.
std::vector<Graph> with_fewer_outputs(const Graph& graph);
std::vector<Graph> with_tensors_as_inputs(const Graph& graph);
std::vector<Graph> with_earlier_outputs(const Graph& graph);
std::vector<Graph> with_nodes_bypassed(const Graph& graph);
std::vector<Graph> with_fewer_operands(const Graph& graph);

/// Attributes as they are by default.
std::vector<Graph> with_simpler_attributes(const Graph& graph);

/// Smaller inputs, constants and states, and what follows from them.
std::vector<Graph> with_smaller_tensors(const Graph& graph);
/// Constants of zeros or ones.
std::vector<Graph> with_plain_constants(const Graph& graph);
/// Scale 1, zero point 0.
std::vector<Graph> with_plain_quantization(const Graph& graph);

}  // namespace smelt::test
