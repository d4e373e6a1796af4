// SPDX-License-Identifier: Apache-2.0
//
// Fully connected layer of bytes on AVR.
#ifndef SMELT_FULLY_CONNECTED_AVR_H
#define SMELT_FULLY_CONNECTED_AVR_H

#include "smelt/arch/avr.h"
#include "smelt/fully_connected_quads.h"

namespace smelt {

static inline SMELT_KERNEL void fully_connected_s8_avr(const fully_connected_quads_layer &layer,
                                                       const int8_t *input, int8_t *output) {
  fully_connected_quads<avr>(layer, input, output);
}

static inline SMELT_KERNEL void fully_connected_s8_avr_collect(
    const fully_connected_quads_layer &layer, int32_t row, int32_t rows, const int8_t *input,
    int8_t *output, int32_t *sums) {
  fully_connected_quads_collect<avr>(layer_of(layer), row, rows, input, output, sums);
}

}  // namespace smelt

#endif
