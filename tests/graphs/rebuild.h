// SPDX-License-Identifier: Apache-2.0
//
// Makes an edited graph whole again.
#pragma once

#include <optional>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt::test {

/// The tensor with its first `extent` indices along an axis.
void cut(Tensor& tensor, std::size_t axis, std::int32_t extent);

/// `edited` is `before` with other attributes, operands, outputs or leaf tensors. Shapes downstream
/// are derived again, constants and inputs that no longer fit are cut, what nobody needs is
/// removed. Nothing if no valid graph comes of it.
std::optional<Graph> rebuilt(Graph edited, const Graph& before);

/// Appends what comes of `edited`, if anything.
void add_rebuilt(std::vector<Graph>& graphs, Graph edited, const Graph& before);

}  // namespace smelt::test
