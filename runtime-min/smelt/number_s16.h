// SPDX-License-Identifier: Apache-2.0
//
// Linear layers of 16-bit activations, symmetric, and weights of at most 8 bits (the arithmetic
// notes, 5.4). Sums have 64 bits, or 32 where the compiler has proven that none leaves them; from
// there to an output leads a multiplier of 16 bits. Files may give biases of 32 bits instead: their
// sums have 32 bits, and are requantized as those of 8-bit layers.
#ifndef SMELT_NUMBER_S16_H
#define SMELT_NUMBER_S16_H

#include "smelt/number.h"

namespace smelt {

/// From sums to 16-bit outputs.
template <typename Sum>
struct short_requantization {
  const Sum *bias;            ///< per output channel
  const int16_t *multiplier;  ///< per output channel, or one
  const int8_t *right;        ///< likewise; the shift after it
  int32_t per_channel;        ///< 1, or 0 if there is one multiplier for all
  int32_t min, max;           ///< fused activation and range of the type
};

/// floor(x * multiplier / 2^right + 1/2), 8 <= right <= 46. The caller knows that it fits.
SMELT_INLINE int32_t requantize_short(int64_t x, int16_t multiplier, int32_t right) {
  return static_cast<int32_t>((x * multiplier + (int64_t{1} << (right - 1))) >> right);
}

template <typename Weights, typename Sum>
struct quantized_s16 : Weights {
  using value = int16_t;
  using wide = int16_t;
  using product = int32_t;
  using sum = Sum;
  using output = short_requantization<Sum>;

  static SMELT_INLINE sum start(const output &out, int32_t channel) {
    return load(out.bias + channel);
  }
  static SMELT_INLINE value finish(const output &out, int32_t channel, sum total) {
    const int32_t index = out.per_channel ? channel : 0;
    const int32_t scaled =
        requantize_short(total, load(out.multiplier + index), load(out.right + index));
    return static_cast<value>(clamp(scaled, out.min, out.max));
  }
};

using s16x8 = quantized_s16<plain_weights<int8_t>, int32_t>;
using s16x8_s64 = quantized_s16<plain_weights<int8_t>, int64_t>;
using s16x8_b32 = quantized<int16_t, plain_weights<int8_t>>;

}  // namespace smelt

#endif
