// SPDX-License-Identifier: Apache-2.0
//
// Quotients and remainders of two operands. Floats as IEEE 754 has it; integers towards zero, and
// 0 where the divisor is 0 (smelt/integers.h). A floored remainder has the divisor's sign, another
// the dividend's.
#ifndef SMELT_DIVIDE_H
#define SMELT_DIVIDE_H

#include "smelt/binary.h"
#include "smelt/integers.h"
#include "smelt/libc.h"

namespace smelt {

using div_f32_layer = clamped_binary_layer<float>;

static inline SMELT_KERNEL void div_f32(const div_f32_layer &constants, const float *a,
                                        const float *b, float *output) {
  const div_f32_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output,
                [&](float x, float y) { return clamp(x / y, layer.min, layer.max); });
}

template <typename T>
SMELT_KERNEL void div_integers(const binary_layer &constants, const T *a, const T *b, T *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) { return quotient(x, y); });
}

SMELT_INLINE float remainder_of(float x, float y) {
  return fmodf(x, y);
}

template <typename T>
SMELT_INLINE T sum_of(T x, T y) {
  return wrapped_sum(x, y);
}
SMELT_INLINE float sum_of(float x, float y) {
  return x + y;
}

template <typename T>
SMELT_KERNEL void mod(const binary_layer &constants, const T *a, const T *b, T *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) { return remainder_of(x, y); });
}

template <typename T>
SMELT_KERNEL void floored_mod(const binary_layer &constants, const T *a, const T *b, T *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) {
    const T rest = remainder_of(x, y);
    return (rest < 0 && y > 0) || (rest > 0 && y < 0) ? sum_of(rest, y) : rest;
  });
}

}  // namespace smelt

#endif
