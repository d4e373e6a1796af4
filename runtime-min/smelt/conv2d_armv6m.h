// SPDX-License-Identifier: Apache-2.0
//
// Convolution of bytes on ARMv6-M.
#ifndef SMELT_CONV2D_ARMV6M_H
#define SMELT_CONV2D_ARMV6M_H

#include "smelt/arch/armv6m.h"
#include "smelt/conv2d_quads.h"

namespace smelt {

template <typename Shape>
SMELT_KERNEL void conv2d_s8_armv6m(const conv2d_quads_layer &layer, const int8_t *input,
                                   int8_t *output, int8_t *ring, uint8_t *patch) {
  conv2d_quads<armv6m, Shape::shape().kernel_height>(window<Shape>::of(layer), layer, input, output,
                                                     ring, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_armv6m_row(const conv2d_quads_layer &layer, const int8_t *const *rows,
                                       int8_t *output, uint8_t *patch) {
  conv2d_quads_row<armv6m>(window<Shape>::of(layer), layer_of(layer), rows, output, patch);
}

static inline SMELT_KERNEL void pointwise_s8_armv6m(const conv2d_quads_layer &layer,
                                                    const int8_t *input, int8_t *output,
                                                    uint8_t *patch) {
  pointwise_quads<armv6m>(layer, input, output, patch);
}

}  // namespace smelt

#endif
