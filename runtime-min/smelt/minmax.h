// SPDX-License-Identifier: Apache-2.0
//
// The larger or smaller of two operands' elements, which share one quantization with the output.
#ifndef SMELT_MINMAX_H
#define SMELT_MINMAX_H

#include "smelt/binary.h"

namespace smelt {

struct minmax_layer {
  broadcast shape;
};

using maximum_s8_layer = minmax_layer;
using maximum_u8_layer = minmax_layer;
using maximum_s16_layer = minmax_layer;
using maximum_s32_layer = minmax_layer;
using maximum_f32_layer = minmax_layer;
using minimum_s8_layer = minmax_layer;
using minimum_u8_layer = minmax_layer;
using minimum_s16_layer = minmax_layer;
using minimum_s32_layer = minmax_layer;
using minimum_f32_layer = minmax_layer;

template <typename T>
SMELT_INLINE void maximum(const minmax_layer &constants, const T *a, const T *b, T *output) {
  const minmax_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) { return x > y ? x : y; });
}

template <typename T>
SMELT_INLINE void minimum(const minmax_layer &constants, const T *a, const T *b, T *output) {
  const minmax_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) { return x < y ? x : y; });
}

static inline void maximum_s8(const minmax_layer &layer, const int8_t *a, const int8_t *b,
                              int8_t *output) {
  maximum(layer, a, b, output);
}

static inline void maximum_u8(const minmax_layer &layer, const uint8_t *a, const uint8_t *b,
                              uint8_t *output) {
  maximum(layer, a, b, output);
}

static inline void maximum_s16(const minmax_layer &layer, const int16_t *a, const int16_t *b,
                               int16_t *output) {
  maximum(layer, a, b, output);
}

static inline void maximum_s32(const minmax_layer &layer, const int32_t *a, const int32_t *b,
                               int32_t *output) {
  maximum(layer, a, b, output);
}

static inline void maximum_f32(const minmax_layer &layer, const float *a, const float *b,
                               float *output) {
  maximum(layer, a, b, output);
}

static inline void minimum_s8(const minmax_layer &layer, const int8_t *a, const int8_t *b,
                              int8_t *output) {
  minimum(layer, a, b, output);
}

static inline void minimum_u8(const minmax_layer &layer, const uint8_t *a, const uint8_t *b,
                              uint8_t *output) {
  minimum(layer, a, b, output);
}

static inline void minimum_s16(const minmax_layer &layer, const int16_t *a, const int16_t *b,
                               int16_t *output) {
  minimum(layer, a, b, output);
}

static inline void minimum_s32(const minmax_layer &layer, const int32_t *a, const int32_t *b,
                               int32_t *output) {
  minimum(layer, a, b, output);
}

static inline void minimum_f32(const minmax_layer &layer, const float *a, const float *b,
                               float *output) {
  minimum(layer, a, b, output);
}

}  // namespace smelt

#endif
