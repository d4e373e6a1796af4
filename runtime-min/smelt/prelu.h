// SPDX-License-Identifier: Apache-2.0
//
// x, or slope * x where x is negative; slopes are an operand, broadcast (the arithmetic notes,
// 5.5).
#ifndef SMELT_PRELU_H
#define SMELT_PRELU_H

#include "smelt/binary.h"
#include "smelt/scaling.h"

namespace smelt {

struct prelu_layer {
  broadcast shape;
  int32_t input_zero_point, slope_zero_point;
  scaling positive;  ///< the input's scale by the output's
  scaling negative;  ///< the input's times the slope's by the output's
  output_range output;
};

struct prelu_f32_layer {
  broadcast shape;
};

using prelu_s8_layer = prelu_layer;
using prelu_u8_layer = prelu_layer;
using prelu_s16_layer = prelu_layer;

template <typename T, typename Slope>
SMELT_INLINE void prelu(const prelu_layer &constants, const T *input, const Slope *slope,
                        T *output) {
  const prelu_layer layer = load(&constants);
  for_each_pair(layer.shape, input, slope, output, [&](T q, Slope factor) {
    const int32_t x = q - layer.input_zero_point;
    const int32_t scaled = x >= 0
                               ? requantize(x, layer.positive)
                               : requantize(x * (factor - layer.slope_zero_point), layer.negative);
    return finish<T>(scaled, layer.output);
  });
}

static inline SMELT_KERNEL void prelu_s8(const prelu_s8_layer &layer, const int8_t *input,
                                         const int8_t *slope, int8_t *output) {
  prelu(layer, input, slope, output);
}

static inline SMELT_KERNEL void prelu_u8(const prelu_u8_layer &layer, const uint8_t *input,
                                         const uint8_t *slope, uint8_t *output) {
  prelu(layer, input, slope, output);
}

/// Slopes of 16-bit inputs have 8 bits.
static inline SMELT_KERNEL void prelu_s16(const prelu_s16_layer &layer, const int16_t *input,
                                          const int8_t *slope, int16_t *output) {
  prelu(layer, input, slope, output);
}

static inline SMELT_KERNEL void prelu_f32(const prelu_f32_layer &constants, const float *input,
                                          const float *slope, float *output) {
  const prelu_f32_layer layer = load(&constants);
  for_each_pair(layer.shape, input, slope, output,
                [](float x, float factor) { return x >= 0 ? x : x * factor; });
}

}  // namespace smelt

#endif
