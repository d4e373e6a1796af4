// SPDX-License-Identifier: Apache-2.0
//
// What passes that make one node of two have in common.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt {

/// How often each tensor is read, by nodes and as an output of the model.
std::vector<std::int32_t> reader_counts(const Graph& graph);

/// The node that computes a tensor, or null.
Node* producer(Graph& graph, TensorId id);

/// The node whose elements `id` holds, perhaps reshaped, and nobody else reads. Null if there is
/// none.
Node* sole_producer(Graph& graph, TensorId id, const std::vector<std::int32_t>& readers);

/// Removes node `i`, whose result is that of the node which computes its operand `id`, perhaps
/// reshaped: sole_producer() has found it, and it has been changed.
void absorb(Graph& graph, std::size_t i, TensorId id);

/// The fused activation of a node's attributes, or null if its operator has none.
Activation* fused_activation(Node& node);

}  // namespace smelt
