// SPDX-License-Identifier: Apache-2.0
//
// Two-dimensional convolution of 16-bit activations: smelt/number_s16.h.
#ifndef SMELT_CONV2D_S16_H
#define SMELT_CONV2D_S16_H

#include "smelt/conv2d.h"
#include "smelt/number_s16.h"

namespace smelt {

using conv2d_s16x8_layer = conv2d_layer<s16x8>;
using conv2d_s16x8_s64_layer = conv2d_layer<s16x8_s64>;
using conv2d_s16x8_b32_layer = conv2d_layer<s16x8_b32>;

template <typename Shape>
SMELT_KERNEL void conv2d_s16x8(const conv2d_s16x8_layer &layer, const int16_t *input,
                               int16_t *output, int16_t *ring, int16_t *patch) {
  conv2d<Shape::shape().kernel_height, s16x8>(window<Shape>::of(layer), layer, input, output, ring,
                                              patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s16x8_row(const conv2d_s16x8_layer &layer, const int16_t *const *rows,
                                   int16_t *output, int16_t *patch) {
  conv2d_row<s16x8>(window<Shape>::of(layer), load(&layer), rows, output, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s16x8_s64(const conv2d_s16x8_s64_layer &layer, const int16_t *input,
                                   int16_t *output, int16_t *ring, int16_t *patch) {
  conv2d<Shape::shape().kernel_height, s16x8_s64>(window<Shape>::of(layer), layer, input, output,
                                                  ring, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s16x8_s64_row(const conv2d_s16x8_s64_layer &layer,
                                       const int16_t *const *rows, int16_t *output,
                                       int16_t *patch) {
  conv2d_row<s16x8_s64>(window<Shape>::of(layer), load(&layer), rows, output, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s16x8_b32(const conv2d_s16x8_b32_layer &layer, const int16_t *input,
                                   int16_t *output, int16_t *ring, int16_t *patch) {
  conv2d<Shape::shape().kernel_height, s16x8_b32>(window<Shape>::of(layer), layer, input, output,
                                                  ring, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s16x8_b32_row(const conv2d_s16x8_b32_layer &layer,
                                       const int16_t *const *rows, int16_t *output,
                                       int16_t *patch) {
  conv2d_row<s16x8_b32>(window<Shape>::of(layer), load(&layer), rows, output, patch);
}

static inline SMELT_KERNEL void pointwise_s16x8(const conv2d_s16x8_layer &layer,
                                                const int16_t *input, int16_t *output,
                                                int16_t *patch) {
  pointwise<s16x8>(layer, input, output, patch);
}

static inline SMELT_KERNEL void pointwise_s16x8_s64(const conv2d_s16x8_s64_layer &layer,
                                                    const int16_t *input, int16_t *output,
                                                    int16_t *patch) {
  pointwise<s16x8_s64>(layer, input, output, patch);
}

static inline SMELT_KERNEL void pointwise_s16x8_b32(const conv2d_s16x8_b32_layer &layer,
                                                    const int16_t *input, int16_t *output,
                                                    int16_t *patch) {
  pointwise<s16x8_b32>(layer, input, output, patch);
}

}  // namespace smelt

#endif
