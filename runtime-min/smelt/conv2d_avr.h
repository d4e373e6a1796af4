// SPDX-License-Identifier: Apache-2.0
//
// Convolution of bytes on AVR.
#ifndef SMELT_CONV2D_AVR_H
#define SMELT_CONV2D_AVR_H

#include "smelt/arch/avr.h"
#include "smelt/conv2d_quads.h"

namespace smelt {

template <typename Shape>
SMELT_KERNEL void conv2d_s8_avr(const conv2d_quads_layer &layer, const int8_t *input,
                                int8_t *output, int8_t *ring, uint8_t *patch) {
  conv2d_quads<avr, Shape::shape().kernel_height>(window<Shape>::of(layer), layer, input, output,
                                                  ring, patch);
}

template <typename Shape>
SMELT_KERNEL void conv2d_s8_avr_row(const conv2d_quads_layer &layer, const int8_t *const *rows,
                                    int8_t *output, uint8_t *patch) {
  conv2d_quads_row<avr>(window<Shape>::of(layer), layer_of(layer), rows, output, patch);
}

static inline SMELT_KERNEL void pointwise_s8_avr(const conv2d_quads_layer &layer,
                                                 const int8_t *input, int8_t *output,
                                                 uint8_t *patch) {
  pointwise_quads<avr>(layer, input, output, patch);
}

}  // namespace smelt

#endif
