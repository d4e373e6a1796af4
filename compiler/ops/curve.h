// SPDX-License-Identifier: Apache-2.0
//
// What logistic and tanh share (smelt/curve.h, the arithmetic notes 5.7).
#pragma once

#include "compiler/ops/unary.h"

namespace smelt {

/// The one output quantization that the arithmetic defines.
struct CurveOutput {
  float scale = 0;
  std::int32_t zero_point_s8 = 0, zero_point_u8 = 0;
};

/// Reports what the curves' kernels cannot compute.
void check_curve(const NodeView& view, const CurveOutput& output, Diagnostics& diagnostics);
/// The fields of smelt::curve_layer after the count.
std::vector<Field> curve_fields(const NodeView& view);

}  // namespace smelt
