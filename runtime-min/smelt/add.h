// SPDX-License-Identifier: Apache-2.0
//
// Sums and differences of two operands (the arithmetic notes, 5.5). Quantized operands are brought
// to one scale finer than the larger of theirs, and the sum to the output's.
#ifndef SMELT_ADD_H
#define SMELT_ADD_H

#include "smelt/binary.h"
#include "smelt/integers.h"
#include "smelt/scaling.h"

namespace smelt {

/// Bits of fraction at the common scale.
constexpr int32_t sum_bits_8 = 20, sum_bits_16 = 15;

struct quantized_add_layer {
  broadcast shape;
  int32_t a_zero_point, b_zero_point;
  scaling a, b;  ///< to the common scale, at most 1
  scaling sum;   ///< from the common scale to the output's, less than 1
  output_range output;
};

using add_s8_layer = quantized_add_layer;
using add_u8_layer = quantized_add_layer;
using add_s16_layer = quantized_add_layer;
using add_f32_layer = clamped_binary_layer<float>;
using add_s32_layer = clamped_binary_layer<int32_t>;
using sub_s8_layer = quantized_add_layer;
using sub_u8_layer = quantized_add_layer;
using sub_s16_layer = quantized_add_layer;
using sub_f32_layer = clamped_binary_layer<float>;
using sub_s32_layer = clamped_binary_layer<int32_t>;

/// sign 1 adds, -1 subtracts.
template <int32_t sign, typename T>
SMELT_INLINE void add_quantized(const quantized_add_layer &constants, const T *a, const T *b,
                                T *output) {
  const quantized_add_layer layer = load(&constants);
  constexpr int32_t bits = sizeof(T) == 1 ? sum_bits_8 : sum_bits_16;
  for_each_pair(layer.shape, a, b, output, [&](T x, T y) {
    const int32_t u = requantize(shift_left(x - layer.a_zero_point, bits), layer.a);
    const int32_t v = requantize(shift_left(y - layer.b_zero_point, bits), layer.b);
    return finish<T>(requantize(u + sign * v, layer.sum), layer.output);
  });
}

template <int32_t sign>
SMELT_INLINE void add_floats(const clamped_binary_layer<float> &constants, const float *a,
                             const float *b, float *output) {
  const clamped_binary_layer<float> layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [&](float x, float y) {
    return clamp(sign > 0 ? x + y : x - y, layer.min, layer.max);
  });
}

/// Of integers without scales.
template <typename T>
SMELT_KERNEL void add_integers(const binary_layer &constants, const T *a, const T *b, T *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) { return wrapped_sum(x, y); });
}

template <typename T>
SMELT_KERNEL void sub_integers(const binary_layer &constants, const T *a, const T *b, T *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) { return wrapped_difference(x, y); });
}

static inline SMELT_KERNEL void add_s8(const add_s8_layer &layer, const int8_t *a, const int8_t *b,
                                       int8_t *output) {
  add_quantized<1>(layer, a, b, output);
}

static inline SMELT_KERNEL void add_u8(const add_u8_layer &layer, const uint8_t *a,
                                       const uint8_t *b, uint8_t *output) {
  add_quantized<1>(layer, a, b, output);
}

static inline SMELT_KERNEL void add_s16(const add_s16_layer &layer, const int16_t *a,
                                        const int16_t *b, int16_t *output) {
  add_quantized<1>(layer, a, b, output);
}

static inline SMELT_KERNEL void add_f32(const add_f32_layer &layer, const float *a, const float *b,
                                        float *output) {
  add_floats<1>(layer, a, b, output);
}

static inline SMELT_KERNEL void add_s32(const add_s32_layer &constants, const int32_t *a,
                                        const int32_t *b, int32_t *output) {
  const add_s32_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [&](int32_t x, int32_t y) {
    return clamp(wrapped_sum(x, y), layer.min, layer.max);
  });
}

static inline SMELT_KERNEL void sub_s8(const sub_s8_layer &layer, const int8_t *a, const int8_t *b,
                                       int8_t *output) {
  add_quantized<-1>(layer, a, b, output);
}

static inline SMELT_KERNEL void sub_u8(const sub_u8_layer &layer, const uint8_t *a,
                                       const uint8_t *b, uint8_t *output) {
  add_quantized<-1>(layer, a, b, output);
}

static inline SMELT_KERNEL void sub_s16(const sub_s16_layer &layer, const int16_t *a,
                                        const int16_t *b, int16_t *output) {
  add_quantized<-1>(layer, a, b, output);
}

static inline SMELT_KERNEL void sub_f32(const sub_f32_layer &layer, const float *a, const float *b,
                                        float *output) {
  add_floats<-1>(layer, a, b, output);
}

static inline SMELT_KERNEL void sub_s32(const sub_s32_layer &constants, const int32_t *a,
                                        const int32_t *b, int32_t *output) {
  const sub_s32_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [&](int32_t x, int32_t y) {
    return clamp(wrapped_difference(x, y), layer.min, layer.max);
  });
}

}  // namespace smelt

#endif
