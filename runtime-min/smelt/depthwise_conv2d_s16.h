// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolution of 16-bit activations: smelt/number_s16.h.
#ifndef SMELT_DEPTHWISE_CONV2D_S16_H
#define SMELT_DEPTHWISE_CONV2D_S16_H

#include "smelt/depthwise_conv2d.h"
#include "smelt/number_s16.h"

namespace smelt {

using depthwise_conv2d_s16x8_layer = depthwise_conv2d_layer<s16x8>;
using depthwise_conv2d_s16x8_s64_layer = depthwise_conv2d_layer<s16x8_s64>;

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s16x8(const depthwise_conv2d_s16x8_layer &layer,
                                         const int16_t *input, int16_t *output, int16_t *ring) {
  depthwise_conv2d<Shape::shape().kernel_height, s16x8>(window<Shape>::of(layer), layer, input,
                                                        output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s16x8_row(const depthwise_conv2d_s16x8_layer &layer,
                                             const int16_t *const *rows, int16_t *output) {
  depthwise_row<s16x8>(window<Shape>::of(layer), load(&layer), rows, output);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s16x8_s64(const depthwise_conv2d_s16x8_s64_layer &layer,
                                             const int16_t *input, int16_t *output, int16_t *ring) {
  depthwise_conv2d<Shape::shape().kernel_height, s16x8_s64>(window<Shape>::of(layer), layer, input,
                                                            output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s16x8_s64_row(const depthwise_conv2d_s16x8_s64_layer &layer,
                                                 const int16_t *const *rows, int16_t *output) {
  depthwise_row<s16x8_s64>(window<Shape>::of(layer), load(&layer), rows, output);
}

}  // namespace smelt

#endif
