// SPDX-License-Identifier: Apache-2.0
//
// Fully connected layer with weights of 4 bits: smelt/number_s4.h.
#ifndef SMELT_FULLY_CONNECTED_S4_H
#define SMELT_FULLY_CONNECTED_S4_H

#include "smelt/fully_connected.h"
#include "smelt/number_s4.h"

namespace smelt {

using fully_connected_s8x4_layer = fully_connected_layer<s8x4>;
using fully_connected_s16x4_layer = fully_connected_layer<s16x4>;
using fully_connected_s16x4_s64_layer = fully_connected_layer<s16x4_s64>;

static inline SMELT_KERNEL void fully_connected_s8x4(const fully_connected_s8x4_layer &layer,
                                                     const int8_t *input, int8_t *output) {
  fully_connected<s8x4>(layer, input, output);
}

static inline SMELT_KERNEL void fully_connected_s8x4_collect(
    const fully_connected_s8x4_layer &layer, int32_t row, int32_t rows, const int8_t *input,
    int8_t *output, int32_t *sums) {
  fully_connected_collect<s8x4>(load(&layer), row, rows, input, output, sums);
}

static inline SMELT_KERNEL void fully_connected_s16x4(const fully_connected_s16x4_layer &layer,
                                                      const int16_t *input, int16_t *output) {
  fully_connected<s16x4>(layer, input, output);
}

static inline SMELT_KERNEL void fully_connected_s16x4_collect(
    const fully_connected_s16x4_layer &layer, int32_t row, int32_t rows, const int16_t *input,
    int16_t *output, int32_t *sums) {
  fully_connected_collect<s16x4>(load(&layer), row, rows, input, output, sums);
}

static inline SMELT_KERNEL void fully_connected_s16x4_s64(
    const fully_connected_s16x4_s64_layer &layer, const int16_t *input, int16_t *output) {
  fully_connected<s16x4_s64>(layer, input, output);
}

static inline SMELT_KERNEL void fully_connected_s16x4_s64_collect(
    const fully_connected_s16x4_s64_layer &layer, int32_t row, int32_t rows, const int16_t *input,
    int16_t *output, int64_t *sums) {
  fully_connected_collect<s16x4_s64>(load(&layer), row, rows, input, output, sums);
}

}  // namespace smelt

#endif
