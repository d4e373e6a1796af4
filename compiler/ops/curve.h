// SPDX-License-Identifier: Apache-2.0
//
// What logistic and tanh share (smelt/curve.h, the arithmetic notes 5.7).
#pragma once

#include "compiler/ops/unary.h"

namespace smelt {

/// The one output quantization that the arithmetic defines; for 16 bits it is 2^-15.
struct CurveOutput {
  float scale = 0;
  std::int32_t zero_point_s8 = 0, zero_point_u8 = 0;
};

/// Reports what the curves' kernels cannot compute.
void check_curve(const NodeView& view, const CurveOutput& output, Diagnostics& diagnostics);
/// The fields of smelt::curve_layer after the count.
std::vector<Field> curve_fields(const NodeView& view);
/// Appends kernel "NAME_s16". Scales that are a power of two are multiplied exactly if they make
/// the argument at most 2^`max_shift` times the input.
void lower_curve_s16(const NodeView& view, void (*invoke)(const HostCall&), int max_shift,
                     StepBuilder& builder);
/// Conditions of its row and of the portable one.
bool is_curve_s16(const NodeView& view, const Target& target);
bool is_curve(const NodeView& view, const Target& target);

}  // namespace smelt
