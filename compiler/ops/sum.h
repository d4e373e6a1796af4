// SPDX-License-Identifier: Apache-2.0
//
// What add and sub share: operands of different scales meet at twice the larger one, with 20 bits
// of fraction, or 15 for 16-bit operands (smelt/add.h, the arithmetic notes 5.5).
#pragma once

#include "compiler/ops/binary.h"

namespace smelt {

/// Real multipliers; add and sub round them differently.
struct SumScales {
  double a = 0, b = 0;  ///< to the common scale
  double sum = 0;       ///< from there to the output's
};

/// One at the common scale.
std::int32_t sum_unit(const NodeView& view);

/// Reports what the kernels of add and sub cannot compute.
void check_sum(const NodeView& view, Activation activation, SumScales (*scales)(const NodeView&),
               Diagnostics& diagnostics);
/// The fields of smelt::quantized_add_layer.
std::vector<Field> sum_fields(const NodeView& view, const SumScales& scales, Activation activation);

}  // namespace smelt
