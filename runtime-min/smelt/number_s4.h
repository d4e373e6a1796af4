// SPDX-License-Identifier: Apache-2.0
//
// Linear layers with weights of 4 bits, symmetric, two in a byte: the first in its low half. They
// are unpacked as they are multiplied. Rows begin with a byte of their own.
#ifndef SMELT_NUMBER_S4_H
#define SMELT_NUMBER_S4_H

#include "smelt/number_s16.h"

namespace smelt {

struct packed_weights {
  using stored = uint8_t;
  static constexpr int32_t taps = 2, unit = 2;  ///< whole bytes

  static SMELT_INLINE int32_t row(int32_t count) { return (count + 1) / 2; }
  static SMELT_INLINE int16_t weight(const uint8_t *row, int32_t i, int16_t) {
    const int16_t half = static_cast<int16_t>(load(row + (i >> 1)) >> ((i & 1) * 4) & 15);
    return static_cast<int16_t>((half ^ 8) - 8);
  }
};

using s8x4 = quantized<int8_t, packed_weights>;
using s16x4 = quantized_s16<packed_weights, int32_t>;
using s16x4_s64 = quantized_s16<packed_weights, int64_t>;

}  // namespace smelt

#endif
