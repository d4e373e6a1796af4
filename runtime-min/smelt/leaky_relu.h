// SPDX-License-Identifier: Apache-2.0
//
// x, or slope * x where x is negative (the arithmetic notes, 5.5).
#ifndef SMELT_LEAKY_RELU_H
#define SMELT_LEAKY_RELU_H

#include "smelt/scaling.h"
#include "smelt/unary.h"

namespace smelt {

struct leaky_relu_layer {
  int32_t count;
  int32_t input_zero_point;
  scaling positive;  ///< the input's scale by the output's
  scaling negative;  ///< the same times the slope's magnitude
  int32_t sign;      ///< of the slope: 1 or -1
  output_range output;
};

struct leaky_relu_f32_layer {
  int32_t count;
  float slope;
};

using leaky_relu_s8_layer = leaky_relu_layer;
using leaky_relu_u8_layer = leaky_relu_layer;
using leaky_relu_s16_layer = leaky_relu_layer;

template <typename T>
SMELT_INLINE void leaky_relu(const leaky_relu_layer &constants, const T *input, T *output) {
  const leaky_relu_layer layer = load(&constants);
  for_each_element(layer.count, input, output, [&](T q) {
    const int32_t x = q - layer.input_zero_point;
    const int32_t scaled =
        x >= 0 ? requantize(x, layer.positive) : layer.sign * requantize(x, layer.negative);
    return finish<T>(scaled, layer.output);
  });
}

static inline SMELT_KERNEL void leaky_relu_s8(const leaky_relu_s8_layer &layer, const int8_t *input,
                                              int8_t *output) {
  leaky_relu(layer, input, output);
}

static inline SMELT_KERNEL void leaky_relu_u8(const leaky_relu_u8_layer &layer,
                                              const uint8_t *input, uint8_t *output) {
  leaky_relu(layer, input, output);
}

static inline SMELT_KERNEL void leaky_relu_s16(const leaky_relu_s16_layer &layer,
                                               const int16_t *input, int16_t *output) {
  leaky_relu(layer, input, output);
}

static inline SMELT_KERNEL void leaky_relu_f32(const leaky_relu_f32_layer &constants,
                                               const float *input, float *output) {
  const leaky_relu_f32_layer layer = load(&constants);
  for_each_element(layer.count, input, output,
                   [&](float x) { return x >= 0 ? x : x * layer.slope; });
}

}  // namespace smelt

#endif
