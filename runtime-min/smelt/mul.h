// SPDX-License-Identifier: Apache-2.0
//
// Products of two operands (the arithmetic notes, 5.5).
#ifndef SMELT_MUL_H
#define SMELT_MUL_H

#include "smelt/binary.h"
#include "smelt/integers.h"
#include "smelt/scaling.h"

namespace smelt {

struct quantized_mul_layer {
  broadcast shape;
  int32_t a_zero_point, b_zero_point;
  scaling product;  ///< to the output's scale
  output_range output;
};

using mul_s8_layer = quantized_mul_layer;
using mul_u8_layer = quantized_mul_layer;
using mul_s16_layer = quantized_mul_layer;
using mul_f32_layer = clamped_binary_layer<float>;
using mul_s32_layer = clamped_binary_layer<int32_t>;

template <typename T>
SMELT_INLINE void mul_quantized(const quantized_mul_layer &constants, const T *a, const T *b,
                                T *output) {
  const quantized_mul_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [&](T x, T y) {
    const int32_t product = (x - layer.a_zero_point) * (y - layer.b_zero_point);
    return finish<T>(requantize(product, layer.product), layer.output);
  });
}

static inline SMELT_KERNEL void mul_s8(const mul_s8_layer &layer, const int8_t *a, const int8_t *b,
                                       int8_t *output) {
  mul_quantized(layer, a, b, output);
}

static inline SMELT_KERNEL void mul_u8(const mul_u8_layer &layer, const uint8_t *a,
                                       const uint8_t *b, uint8_t *output) {
  mul_quantized(layer, a, b, output);
}

static inline SMELT_KERNEL void mul_s16(const mul_s16_layer &layer, const int16_t *a,
                                        const int16_t *b, int16_t *output) {
  mul_quantized(layer, a, b, output);
}

static inline SMELT_KERNEL void mul_f32(const mul_f32_layer &constants, const float *a,
                                        const float *b, float *output) {
  const mul_f32_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output,
                [&](float x, float y) { return clamp(x * y, layer.min, layer.max); });
}

static inline SMELT_KERNEL void mul_s32(const mul_s32_layer &constants, const int32_t *a,
                                        const int32_t *b, int32_t *output) {
  const mul_s32_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [&](int32_t x, int32_t y) {
    return clamp(wrapped_product(x, y), layer.min, layer.max);
  });
}

/// Of integers without scales.
template <typename T>
SMELT_KERNEL void mul_integers(const binary_layer &constants, const T *a, const T *b, T *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) { return wrapped_product(x, y); });
}

}  // namespace smelt

#endif
