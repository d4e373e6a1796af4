// SPDX-License-Identifier: Apache-2.0
//
// From floats to quantized numbers: round(x / scale) + zero point (the arithmetic notes, 5.5).
#ifndef SMELT_QUANTIZE_H
#define SMELT_QUANTIZE_H

#include "smelt/scaling.h"
#include "smelt/unary.h"

namespace smelt {

/// The nearest integer, half away from zero, kept within 2^30. No sum of x and a half, which would
/// round: what truncation leaves is exact, and so is its comparison. NaN becomes the least.
SMELT_INLINE int32_t round_half_away(float x) {
  const float limit = 1073741824.0F;
  if (!(x > -limit)) return -(int32_t{1} << 30);
  if (x >= limit) return int32_t{1} << 30;
  const int32_t whole = static_cast<int32_t>(x);
  const float rest = x - static_cast<float>(whole);
  if (rest >= 0.5F) return whole + 1;
  return rest <= -0.5F ? whole - 1 : whole;
}

struct quantize_layer {
  int32_t count;
  float scale;
  output_range output;
};

using quantize_s8_layer = quantize_layer;
using quantize_u8_layer = quantize_layer;
using quantize_s16_layer = quantize_layer;

template <typename T>
SMELT_INLINE void quantize(const quantize_layer &constants, const float *input, T *output) {
  const quantize_layer layer = load(&constants);
  for_each_element(layer.count, input, output, [&](float x) {
    return finish<T>(round_half_away(x / layer.scale), layer.output);
  });
}

static inline SMELT_KERNEL void quantize_s8(const quantize_s8_layer &layer, const float *input,
                                            int8_t *output) {
  quantize(layer, input, output);
}

static inline SMELT_KERNEL void quantize_u8(const quantize_u8_layer &layer, const float *input,
                                            uint8_t *output) {
  quantize(layer, input, output);
}

static inline SMELT_KERNEL void quantize_s16(const quantize_s16_layer &layer, const float *input,
                                             int16_t *output) {
  quantize(layer, input, output);
}

}  // namespace smelt

#endif
