// SPDX-License-Identifier: Apache-2.0
//
// x * min(max(x + 3, 0), 6) / 6 (the arithmetic notes, 5.5).
#ifndef SMELT_HARD_SWISH_H
#define SMELT_HARD_SWISH_H

#include "smelt/scaling.h"
#include "smelt/unary.h"

namespace smelt {

struct hard_swish_layer {
  int32_t count;
  int32_t input_zero_point;
  scaling
      product;   ///< 1/128 of the input's scale by the output's; 16-bit multiplier, no left shift
  scaling ramp;  ///< 1/128 of the input's scale by 3/32768; 16-bit multiplier, shift at most 17
  output_range output;
};

using hard_swish_s8_layer = hard_swish_layer;
using hard_swish_u8_layer = hard_swish_layer;
using hard_swish_f32_layer = unary_layer;

/// floor((a * b + 2^14) / 2^15) of 16-bit numbers.
SMELT_INLINE int32_t multiply_high_16(int32_t a, int32_t b) {
  return (a * b + (int32_t{1} << 14)) >> 15;
}

SMELT_INLINE int32_t saturate_16(int32_t x) {
  return clamp<int32_t>(x, -32768, 32767);
}

/// (x + 3) / 6 limited to 0 .. 1, in Q0 of 16 bits, from 128 * (q - zero point). Saturation half
/// way through a left shift, and again after it, is the reference's.
SMELT_INLINE int32_t hard_swish_ramp(int32_t fine, const scaling &by) {
  int32_t x = fine;
  if (by.shift > 0) x = saturate_16(x * (int32_t{1} << (by.shift - 1)));
  x = multiply_high_16(x, by.multiplier);
  if (by.shift > 0) x = saturate_16(x * 2);
  if (by.shift < 0) x = divide_by_power(x, -by.shift);
  return (x + 32768) >> 1;
}

template <typename T>
SMELT_INLINE void hard_swish(const hard_swish_layer &constants, const T *input, T *output) {
  const hard_swish_layer layer = load(&constants);
  for_each_element(layer.count, input, output, [&](T q) {
    const int32_t fine = (q - layer.input_zero_point) * 128;
    const int32_t scaled = multiply_high_16(fine, layer.product.multiplier);
    const int32_t product = hard_swish_ramp(fine, layer.ramp) * scaled / 32768;
    return finish<T>(divide_by_power(product, -layer.product.shift), layer.output);
  });
}

static inline SMELT_KERNEL void hard_swish_s8(const hard_swish_s8_layer &layer, const int8_t *input,
                                              int8_t *output) {
  hard_swish(layer, input, output);
}

static inline SMELT_KERNEL void hard_swish_u8(const hard_swish_u8_layer &layer,
                                              const uint8_t *input, uint8_t *output) {
  hard_swish(layer, input, output);
}

static inline SMELT_KERNEL void hard_swish_f32(const hard_swish_f32_layer &constants,
                                               const float *input, float *output) {
  const int32_t count = load(&constants).count;
  for_each_element(count, input, output, [](float x) { return x * clamp<float>(x + 3, 0, 6) / 6; });
}

}  // namespace smelt

#endif
