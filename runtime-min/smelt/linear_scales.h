// SPDX-License-Identifier: Apache-2.0
//
// What ONNX's changes of representation share: one scale and zero point for all elements, or one
// for each index of one dimension; and rounding half to even, which tells them from TFLite's.
#ifndef SMELT_LINEAR_SCALES_H
#define SMELT_LINEAR_SCALES_H

#include "smelt/runtime.h"

namespace smelt {

/// Elements [outer][channels][inner], with a scale and zero point per channel.
struct linear_scales {
  int32_t outer, channels, inner;
  const float *scale;
  const int32_t *zero_point;
};

template <typename Input, typename Output, typename Function>
SMELT_INLINE void for_each_scaled(const linear_scales &shape, const Input *input, Output *output,
                                  const Function &function) {
  for (int32_t i = 0; i < shape.outer; ++i)
    for (int32_t c = 0; c < shape.channels; ++c) {
      const float scale = load(shape.scale + c);
      const int32_t zero_point = load(shape.zero_point + c);
      for (int32_t k = 0; k < shape.inner; ++k) *output++ = function(*input++, scale, zero_point);
    }
}

/// The nearest integer, half to even, kept within 2^30. What truncation leaves is exact, and so is
/// its comparison. NaN becomes the least.
SMELT_INLINE int32_t nearest_even(float x) {
  const float limit = 1073741824.0F;
  if (!(x > -limit)) return -(int32_t{1} << 30);
  if (x >= limit) return int32_t{1} << 30;
  const int32_t whole = static_cast<int32_t>(x);
  const float rest = x - static_cast<float>(whole);
  if (rest > 0.5F || (rest == 0.5F && whole % 2 != 0)) return whole + 1;
  return rest < -0.5F || (rest == -0.5F && whole % 2 != 0) ? whole - 1 : whole;
}

/// An integer of type T, saturated to [min, max], the type's range.
template <typename T>
SMELT_INLINE T saturate(int32_t value, int32_t min, int32_t max) {
  return static_cast<T>(clamp(value, min, max));
}

}  // namespace smelt

#endif
