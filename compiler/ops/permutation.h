// SPDX-License-Identifier: Apache-2.0
//
// Orders of dimensions, as transpose has them: dimension i of the result is dimension p[i] of the
// input.
#pragma once

#include <vector>

#include "compiler/graph/graph.h"

namespace smelt {

using Permutation = std::vector<std::int32_t>;

/// OpDef::untranspose of operators whose output element depends on the input elements at its own
/// place alone.
Untransposed untranspose_elementwise(const NodeView& view, const Permutation& p);

bool is_identity(const Permutation& p);
/// The one that undoes `p`.
Permutation inverse(const Permutation& p);
/// First `first`, then `second`.
Permutation compose(const Permutation& first, const Permutation& second);
/// Numbers by dimension of a transposed tensor, brought to the order before.
std::vector<std::int32_t> before(const Permutation& p, const std::vector<std::int32_t>& numbers);
Shape permuted(const Shape& shape, const Permutation& p);
/// Whether no element moves: but for extents of 1, the order stays.
bool moves_nothing(const Shape& shape, const Permutation& p);
/// The bytes of a transposed tensor of elements of `width` bytes.
std::vector<std::uint8_t> permuted(const std::vector<std::uint8_t>& data, const Shape& shape,
                                   const Permutation& p, int width);

}  // namespace smelt
