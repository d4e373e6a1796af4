// SPDX-License-Identifier: Apache-2.0
//
// Softmax over rows of 16-bit numbers, zero point 0, to Q0.15 (the arithmetic notes, 5.7), by two
// tables of 513 entries over all 16-bit arguments v, between which it interpolates linearly:
// exp(x) for x from -10 to 0, and 1 / (1 + x) for x from 0 to 1.
#ifndef SMELT_SOFTMAX_S16_H
#define SMELT_SOFTMAX_S16_H

#include "smelt/fixed_point_functions.h"
#include "smelt/scaling.h"

namespace smelt {

struct softmax_s16_layer {
  int32_t rows, depth;
  scaling argument;  ///< from differences to the exponential's argument
  const int16_t *exponentials;
  const int16_t *reciprocals;
};

/// The table's value at v.
SMELT_INLINE int32_t interpolate_s16(const int16_t *table, int32_t v) {
  const int16_t *entry = table + (256 + (v >> 7));
  const int32_t low = load(entry);
  return low + (((load(entry + 1) - low) * (v & 127) + 64) >> 7);
}

SMELT_INLINE int32_t to_s16(int32_t x) {
  return clamp<int32_t>(x, INT16_MIN, INT16_MAX);
}

/// One row; its exponentials are kept in the output until their sum is known.
SMELT_INLINE void softmax_row_s16(const softmax_s16_layer &layer, const int16_t *input,
                                  int16_t *output) {
  int32_t largest = input[0];
  for (int32_t i = 1; i < layer.depth; ++i)
    if (input[i] > largest) largest = input[i];
  int32_t sum = 0;
  for (int32_t i = 0; i < layer.depth; ++i) {
    const int32_t argument = requantize(input[i] - largest, layer.argument) + INT16_MAX;
    output[i] = static_cast<int16_t>(interpolate_s16(layer.exponentials, to_s16(argument)));
    sum += output[i];
  }
  const int32_t zeros = leading_zeros(static_cast<uint32_t>(sum));
  // The sum in [1, 2), with 16 bits of fraction, less 1 and half the range of an argument.
  const uint32_t scaled = ((static_cast<uint32_t>(sum) << (zeros - 1)) + (1U << 13)) >> 14;
  const int32_t inverse =
      interpolate_s16(layer.reciprocals, to_s16(static_cast<int32_t>(scaled) - 98304));
  for (int32_t i = 0; i < layer.depth; ++i) {
    const int32_t share = (output[i] * inverse + (int32_t{1} << (30 - zeros))) >> (31 - zeros);
    output[i] = static_cast<int16_t>(clamp<int32_t>(share, 0, INT16_MAX));
  }
}

static inline SMELT_KERNEL void softmax_s16(const softmax_s16_layer &constants,
                                            const int16_t *input, int16_t *output) {
  const softmax_s16_layer layer = load(&constants);
  for (int32_t row = 0; row < layer.rows; ++row)
    softmax_row_s16(layer, input + row * layer.depth, output + row * layer.depth);
}

}  // namespace smelt

#endif
