// SPDX-License-Identifier: Apache-2.0
//
// Limits elements to a range: activations that do not change the scale.
#ifndef SMELT_CLAMP_H
#define SMELT_CLAMP_H

#include "smelt/unary.h"

namespace smelt {

template <typename T>
struct clamp_layer {
  int32_t count;
  T min, max;
};

template <typename T>
SMELT_INLINE void clamp_elements(const clamp_layer<T> &constants, const T *input, T *output) {
  const clamp_layer<T> layer = load(&constants);
  for_each_element(layer.count, input, output, [&](T x) { return clamp(x, layer.min, layer.max); });
}

using clamp_s8_layer = clamp_layer<int8_t>;
using clamp_u8_layer = clamp_layer<uint8_t>;
using clamp_s16_layer = clamp_layer<int16_t>;
using clamp_f32_layer = clamp_layer<float>;

static inline SMELT_KERNEL void clamp_s8(const clamp_s8_layer &layer, const int8_t *input,
                                         int8_t *output) {
  clamp_elements(layer, input, output);
}

static inline SMELT_KERNEL void clamp_u8(const clamp_u8_layer &layer, const uint8_t *input,
                                         uint8_t *output) {
  clamp_elements(layer, input, output);
}

static inline SMELT_KERNEL void clamp_s16(const clamp_s16_layer &layer, const int16_t *input,
                                          int16_t *output) {
  clamp_elements(layer, input, output);
}

static inline SMELT_KERNEL void clamp_f32(const clamp_f32_layer &layer, const float *input,
                                          float *output) {
  clamp_elements(layer, input, output);
}

}  // namespace smelt

#endif
