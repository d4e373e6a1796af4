// SPDX-License-Identifier: Apache-2.0
//
// Fully connected layer of bytes on ARMv6-M.
#ifndef SMELT_FULLY_CONNECTED_ARMV6M_H
#define SMELT_FULLY_CONNECTED_ARMV6M_H

#include "smelt/arch/armv6m.h"
#include "smelt/fully_connected_quads.h"

namespace smelt {

static inline SMELT_KERNEL void fully_connected_s8_armv6m(const fully_connected_quads_layer &layer,
                                                          const int8_t *input, int8_t *output) {
  fully_connected_quads<armv6m>(layer, input, output);
}

static inline SMELT_KERNEL void fully_connected_s8_armv6m_collect(
    const fully_connected_quads_layer &layer, int32_t row, int32_t rows, const int8_t *input,
    int8_t *output, int32_t *sums) {
  fully_connected_quads_collect<armv6m>(layer_of(layer), row, rows, input, output, sums);
}

}  // namespace smelt

#endif
