// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolution with weights of 4 bits: smelt/number_s4.h.
#ifndef SMELT_DEPTHWISE_CONV2D_S4_H
#define SMELT_DEPTHWISE_CONV2D_S4_H

#include "smelt/depthwise_conv2d.h"
#include "smelt/number_s4.h"

namespace smelt {

using depthwise_conv2d_s8x4_layer = depthwise_conv2d_layer<s8x4>;
using depthwise_conv2d_s16x4_layer = depthwise_conv2d_layer<s16x4>;
using depthwise_conv2d_s16x4_s64_layer = depthwise_conv2d_layer<s16x4_s64>;

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8x4(const depthwise_conv2d_s8x4_layer &layer,
                                        const int8_t *input, int8_t *output, int8_t *ring) {
  depthwise_conv2d<Shape::shape().kernel_height, s8x4>(window<Shape>::of(layer), layer, input,
                                                       output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8x4_row(const depthwise_conv2d_s8x4_layer &layer,
                                            const int8_t *const *rows, int8_t *output) {
  depthwise_row<s8x4>(window<Shape>::of(layer), load(&layer), rows, output);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s16x4(const depthwise_conv2d_s16x4_layer &layer,
                                         const int16_t *input, int16_t *output, int16_t *ring) {
  depthwise_conv2d<Shape::shape().kernel_height, s16x4>(window<Shape>::of(layer), layer, input,
                                                        output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s16x4_row(const depthwise_conv2d_s16x4_layer &layer,
                                             const int16_t *const *rows, int16_t *output) {
  depthwise_row<s16x4>(window<Shape>::of(layer), load(&layer), rows, output);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s16x4_s64(const depthwise_conv2d_s16x4_s64_layer &layer,
                                             const int16_t *input, int16_t *output, int16_t *ring) {
  depthwise_conv2d<Shape::shape().kernel_height, s16x4_s64>(window<Shape>::of(layer), layer, input,
                                                            output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s16x4_s64_row(const depthwise_conv2d_s16x4_s64_layer &layer,
                                                 const int16_t *const *rows, int16_t *output) {
  depthwise_row<s16x4_s64>(window<Shape>::of(layer), load(&layer), rows, output);
}

}  // namespace smelt

#endif
