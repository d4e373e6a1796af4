// SPDX-License-Identifier: Apache-2.0
//
// Rules of operators that compute with the scales of whole tensors: which multipliers their
// kernels can apply, the fields of smelt/scaling.h, and equality of quantizations.
#pragma once

#include "compiler/ops/quantization.h"

namespace smelt {

/// Scale of a quantized tensor, for arithmetic in double.
double scale_of(const Tensor& tensor);

/// Largest |q - zero point| of a quantized tensor.
std::int64_t largest_offset(const Tensor& tensor);

/// Reports a multiplier whose product with values up to `largest` leaves 32 bits, and real numbers
/// that are none; false if it did.
bool check_scaling(const NodeView& view, double real, std::int64_t largest,
                   Diagnostics& diagnostics);

/// Reports a tensor whose scale or zero point is not that of the output; false if it did.
bool check_same_quantization(const NodeView& view, const Tensor& tensor, std::string_view role,
                             Diagnostics& diagnostics);
/// Zero points are equal and scales up to rounding.
bool same_quantization(const Tensor& a, const Tensor& b);

/// The fields of smelt::scaling and smelt::output_range.
Field scaling_field(std::string_view name, double real);
Field output_range_field(const Tensor& output, IntegerRange range);

}  // namespace smelt
