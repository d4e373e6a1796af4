// SPDX-License-Identifier: Apache-2.0
//
// From quantized numbers to floats: scale * (q - zero point). The reference multiplies in double
// and rounds once to float; so does a float product here, as q - zero point has at most 17 bits.
#ifndef SMELT_DEQUANTIZE_H
#define SMELT_DEQUANTIZE_H

#include "smelt/unary.h"

namespace smelt {

struct dequantize_layer {
  int32_t count;
  int32_t zero_point;
  float scale;
};

using dequantize_s8_layer = dequantize_layer;
using dequantize_u8_layer = dequantize_layer;
using dequantize_s16_layer = dequantize_layer;

template <typename T>
SMELT_INLINE void dequantize(const dequantize_layer &constants, const T *input, float *output) {
  const dequantize_layer layer = load(&constants);
  for_each_element(layer.count, input, output,
                   [&](T q) { return layer.scale * static_cast<float>(q - layer.zero_point); });
}

static inline SMELT_KERNEL void dequantize_s8(const dequantize_s8_layer &layer, const int8_t *input,
                                              float *output) {
  dequantize(layer, input, output);
}

static inline SMELT_KERNEL void dequantize_u8(const dequantize_u8_layer &layer,
                                              const uint8_t *input, float *output) {
  dequantize(layer, input, output);
}

static inline SMELT_KERNEL void dequantize_s16(const dequantize_s16_layer &layer,
                                               const int16_t *input, float *output) {
  dequantize(layer, input, output);
}

}  // namespace smelt

#endif
