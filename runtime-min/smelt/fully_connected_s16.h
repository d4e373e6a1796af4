// SPDX-License-Identifier: Apache-2.0
//
// Fully connected layer of 16-bit activations: smelt/number_s16.h.
#ifndef SMELT_FULLY_CONNECTED_S16_H
#define SMELT_FULLY_CONNECTED_S16_H

#include "smelt/fully_connected.h"
#include "smelt/number_s16.h"

namespace smelt {

using fully_connected_s16x8_layer = fully_connected_layer<s16x8>;
using fully_connected_s16x8_s64_layer = fully_connected_layer<s16x8_s64>;
using fully_connected_s16x8_b32_layer = fully_connected_layer<s16x8_b32>;

static inline SMELT_KERNEL void fully_connected_s16x8(const fully_connected_s16x8_layer &layer,
                                                      const int16_t *input, int16_t *output) {
  fully_connected<s16x8>(layer, input, output);
}

static inline SMELT_KERNEL void fully_connected_s16x8_collect(
    const fully_connected_s16x8_layer &layer, int32_t row, int32_t rows, const int16_t *input,
    int16_t *output, int32_t *sums) {
  fully_connected_collect<s16x8>(load(&layer), row, rows, input, output, sums);
}

static inline SMELT_KERNEL void fully_connected_s16x8_s64(
    const fully_connected_s16x8_s64_layer &layer, const int16_t *input, int16_t *output) {
  fully_connected<s16x8_s64>(layer, input, output);
}

static inline SMELT_KERNEL void fully_connected_s16x8_s64_collect(
    const fully_connected_s16x8_s64_layer &layer, int32_t row, int32_t rows, const int16_t *input,
    int16_t *output, int64_t *sums) {
  fully_connected_collect<s16x8_s64>(load(&layer), row, rows, input, output, sums);
}

static inline SMELT_KERNEL void fully_connected_s16x8_b32(
    const fully_connected_s16x8_b32_layer &layer, const int16_t *input, int16_t *output) {
  fully_connected<s16x8_b32>(layer, input, output);
}

static inline SMELT_KERNEL void fully_connected_s16x8_b32_collect(
    const fully_connected_s16x8_b32_layer &layer, int32_t row, int32_t rows, const int16_t *input,
    int16_t *output, int32_t *sums) {
  fully_connected_collect<s16x8_b32>(load(&layer), row, rows, input, output, sums);
}

}  // namespace smelt

#endif
