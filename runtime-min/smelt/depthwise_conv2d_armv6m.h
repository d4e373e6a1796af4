// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolution of bytes on ARMv6-M.
#ifndef SMELT_DEPTHWISE_CONV2D_ARMV6M_H
#define SMELT_DEPTHWISE_CONV2D_ARMV6M_H

#include "smelt/arch/armv6m.h"
#include "smelt/depthwise_conv2d_quads.h"

namespace smelt {

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_armv6m(const depthwise_conv2d_quads_layer &layer,
                                             const int8_t *input, int8_t *output, int8_t *ring) {
  depthwise_conv2d_quads<armv6m, Shape::shape().kernel_height>(window<Shape>::of(layer), layer,
                                                               input, output, ring);
}

template <typename Shape>
SMELT_KERNEL void depthwise_conv2d_s8_armv6m_row(const depthwise_conv2d_quads_layer &layer,
                                                 const int8_t *const *rows, int8_t *output) {
  depthwise_quads_row<armv6m, Shape::shape().kernel_height>(window<Shape>::of(layer),
                                                            layer_of(layer), rows, output);
}

}  // namespace smelt

#endif
