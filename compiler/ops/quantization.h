// SPDX-License-Identifier: Apache-2.0
//
// Rules that quantized operators share: multipliers, activation ranges, and checks of the
// quantization that files give us. Sources: the TFLite Micro reference kernels' arithmetic (double
// rounding).
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/ops/kernel.h"

namespace smelt {

/// real = multiplier * 2^(shift - 31), multiplier in [2^30, 2^31) or 0.
struct Multiplier {
  std::int32_t multiplier = 0;
  std::int32_t shift = 0;
};
Multiplier quantize_multiplier(double real);

/// The same with 16 bits, as smelt::requantize_short takes it: real = multiplier / 2^right.
struct ShortMultiplier {
  std::int16_t multiplier = 0;
  std::int8_t right = 0;
};
ShortMultiplier shorten(const Multiplier& multiplier);

/// Bounds of a fused activation.
struct FloatRange {
  float min, max;
};
FloatRange float_range(Activation activation);
/// In quantized units of `tensor`, within its type's range.
IntegerRange quantized_range(Activation activation, const Tensor& tensor);
/// round(value / scale) + zero_point in float32, as the reference computes bounds.
std::int32_t quantize_bound(float value, const Tensor& tensor);

/// Reports a tensor whose type is none of `types`; false if it was.
bool check_type(const NodeView& view, const Tensor& tensor, std::string_view role,
                std::initializer_list<ElementType> types, Diagnostics& diagnostics);
/// Reports an 8- or 16-bit tensor without a per-tensor scale; false if it was.
bool check_quantized(const NodeView& view, const Tensor& tensor, std::string_view role,
                     Diagnostics& diagnostics);
/// The same for operators that compute with it: 16-bit tensors must have zero point 0.
bool check_scaled(const NodeView& view, const Tensor& tensor, std::string_view role,
                  Diagnostics& diagnostics);

}  // namespace smelt
