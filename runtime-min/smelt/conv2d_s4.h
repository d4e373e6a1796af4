// SPDX-License-Identifier: Apache-2.0
//
// Two-dimensional convolution with weights of 4 bits: smelt/number_s4.h.
#ifndef SMELT_CONV2D_S4_H
#define SMELT_CONV2D_S4_H

#include "smelt/conv2d.h"
#include "smelt/number_s4.h"

namespace smelt {

using conv2d_s8x4_layer = conv2d_layer<s8x4>;
using conv2d_s16x4_layer = conv2d_layer<s16x4>;
using conv2d_s16x4_s64_layer = conv2d_layer<s16x4_s64>;

template <typename Shape>
SMELT_KERNEL void conv2d_s8x4(const conv2d_s8x4_layer &layer, const int8_t *input, int8_t *output,
                              int8_t *ring, int16_t *patch) {
  conv2d<Shape::shape().kernel_height, s8x4>(window<Shape>::of(layer), layer, input, output, ring,
                                             patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8x4_row(const conv2d_s8x4_layer &layer, const int8_t *const *rows,
                                  int8_t *output, int16_t *patch) {
  conv2d_row<s8x4>(window<Shape>::of(layer), load(&layer), rows, output, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s16x4(const conv2d_s16x4_layer &layer, const int16_t *input,
                               int16_t *output, int16_t *ring, int16_t *patch) {
  conv2d<Shape::shape().kernel_height, s16x4>(window<Shape>::of(layer), layer, input, output, ring,
                                              patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s16x4_row(const conv2d_s16x4_layer &layer, const int16_t *const *rows,
                                   int16_t *output, int16_t *patch) {
  conv2d_row<s16x4>(window<Shape>::of(layer), load(&layer), rows, output, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s16x4_s64(const conv2d_s16x4_s64_layer &layer, const int16_t *input,
                                   int16_t *output, int16_t *ring, int16_t *patch) {
  conv2d<Shape::shape().kernel_height, s16x4_s64>(window<Shape>::of(layer), layer, input, output,
                                                  ring, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s16x4_s64_row(const conv2d_s16x4_s64_layer &layer,
                                       const int16_t *const *rows, int16_t *output,
                                       int16_t *patch) {
  conv2d_row<s16x4_s64>(window<Shape>::of(layer), load(&layer), rows, output, patch);
}

static inline SMELT_KERNEL void pointwise_s8x4(const conv2d_s8x4_layer &layer, const int8_t *input,
                                               int8_t *output, int16_t *patch) {
  pointwise<s8x4>(layer, input, output, patch);
}

static inline SMELT_KERNEL void pointwise_s16x4(const conv2d_s16x4_layer &layer,
                                                const int16_t *input, int16_t *output,
                                                int16_t *patch) {
  pointwise<s16x4>(layer, input, output, patch);
}

static inline SMELT_KERNEL void pointwise_s16x4_s64(const conv2d_s16x4_s64_layer &layer,
                                                    const int16_t *input, int16_t *output,
                                                    int16_t *patch) {
  pointwise<s16x4_s64>(layer, input, output, patch);
}

}  // namespace smelt

#endif
