// SPDX-License-Identifier: Apache-2.0
//
// What every graph must satisfy, before and after each pass: operands exist and are written before
// they are read, operator checks are content, and types and shapes are those the shape rules give.
#pragma once

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"

namespace smelt {

/// Reports everything that is wrong with `graph`.
void verify(const Graph& graph, Diagnostics& diagnostics);

/// Reports what is wrong with one node, its operands taken as computed.
void verify_node(const Graph& graph, const Node& node, Diagnostics& diagnostics);

/// True if `count` inputs suit the operator's operand list.
bool accepts_operands(const OpDef& op, const std::vector<TensorId>& inputs);

}  // namespace smelt
