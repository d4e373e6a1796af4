// SPDX-License-Identifier: Apache-2.0
//
// Logistic and tanh of 16-bit numbers, by linear interpolation in one table of 256 entries:
// entry i stands for (sigmoid(i / 24) - 1/2) * 2^16. Negative arguments follow by symmetry.
// Arguments are a real number times 3 * 2^12 (arithmetic notes, 5.7); results are Q0.15.
#ifndef SMELT_SIGMOID_S16_H
#define SMELT_SIGMOID_S16_H

#include "smelt/runtime.h"

namespace smelt {

/// The table at `magnitude` / 2^bits, times 2^bits; `saturated` beyond its end.
SMELT_INLINE int32_t interpolate_sigmoid(const int16_t *table, uint32_t magnitude, uint32_t bits,
                                         int32_t saturated) {
  const uint32_t index = magnitude >> bits;
  if (index >= 255) return saturated;
  const int32_t rest = static_cast<int32_t>(magnitude & ((uint32_t{1} << bits) - 1));
  const int32_t low = load(table + index);
  const int32_t high = load(table + index + 1);
  return low * (int32_t{1} << bits) + rest * (high - low);
}

/// |x| for x > -2^31.
SMELT_INLINE uint32_t magnitude_of(int32_t x) {
  return static_cast<uint32_t>(x < 0 ? -x : x);
}

SMELT_INLINE int32_t table_logistic(const int16_t *table, int32_t x) {
  // One half is 2^24 here. The end of the table is one bit less than one, as in the reference.
  const int32_t above_half = interpolate_sigmoid(table, magnitude_of(x), 9, int32_t{16383} * 1024);
  const int32_t half = int32_t{1} << 24;
  return (x >= 0 ? half + above_half + 512 : half - above_half + 511) >> 10;
}

/// tanh(x) = 2 * (sigmoid(2 * x) - 1/2).
SMELT_INLINE int32_t table_tanh(const int16_t *table, int32_t x) {
  const int32_t value = interpolate_sigmoid(table, magnitude_of(x), 8, int32_t{32767} * 256);
  return (x >= 0 ? value + 128 : 127 - value) >> 8;
}

}  // namespace smelt

#endif
