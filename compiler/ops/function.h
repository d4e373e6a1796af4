// SPDX-License-Identifier: Apache-2.0
//
// What functions of one real number share (smelt/functions.h): kernels for floats and for 8-bit
// numbers with scales, of which the compiler makes tables.
#pragma once

#include "compiler/ops/plain.h"
#include "compiler/ops/unary.h"

namespace smelt {

/// Reports what check_unary does, and scales that no float can express the inverse of.
bool check_function(const NodeView& view, Diagnostics& diagnostics);
/// The fields of smelt::function_8_layer after the count.
std::vector<Field> function_fields(const NodeView& view);

/// Condition of a table: bytes that have scales.
bool maps_quantized(const NodeView& view, const Target& target);

}  // namespace smelt
