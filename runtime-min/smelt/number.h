// SPDX-License-Identifier: Apache-2.0
//
// The number formats that linear layers compute in: what they multiply, what they sum in, and how
// a sum becomes an output. Layers are written once, over these.
#ifndef SMELT_NUMBER_H
#define SMELT_NUMBER_H

#include "smelt/fixed_point.h"
#include "smelt/runtime.h"

namespace smelt {

/// From 32-bit sums to 8-bit outputs. The bias carries minus the input's zero point times the sum
/// of the channel's weights, so that kernels multiply raw inputs.
struct requantization {
  const int32_t *bias;        ///< per output channel
  const int32_t *multiplier;  ///< per output channel, or one
  const int8_t *shift;        ///< likewise; negative: to the right
  int32_t per_channel;        ///< 1, or 0 if there is one multiplier for all
  int32_t zero_point;
  int32_t min, max;  ///< fused activation and range of the type
};

/// Bias and clamp of a float layer.
struct float_output {
  const float *bias;  ///< per output channel
  float min, max;
};

/// Weights in memory, one after the other.
template <typename T>
struct plain_weights {
  using stored = T;
  static constexpr int32_t taps = SMELT_TAPS;  ///< gathered inputs are padded to a multiple
  static constexpr int32_t unit = 1;           ///< weights that are best taken together

  /// What a row of so many weights takes of `stored`.
  static SMELT_INLINE int32_t row(int32_t count) { return count; }
  /// Weight i of a row. Signed ones have no zero point.
  static SMELT_INLINE int16_t weight(const T *row, int32_t i, int16_t zero_point) {
    return static_cast<int16_t>(load(row + i) - (T(-1) < T(0) ? 0 : zero_point));
  }
};

/// Integers T of 8 bits, or of 16 where sums are known to stay within 32.
template <typename T, typename Weights = plain_weights<T>>
struct quantized : Weights {
  using value = T;
  using wide = int16_t;
  using product = int32_t;
  using sum = int32_t;
  using output = requantization;

  static SMELT_INLINE sum start(const output &out, int32_t channel) {
    return load(out.bias + channel);
  }
  static SMELT_INLINE value finish(const output &out, int32_t channel, sum total) {
    const int32_t index = out.per_channel ? channel : 0;
    const int32_t scaled = requantize(total, load(out.multiplier + index), load(out.shift + index));
    return static_cast<T>(clamp(scaled + out.zero_point, out.min, out.max));
  }
};

/// Floats, summed in the order of the taps and the bias last, as the reference does: another order
/// would be as good, but differ by more than tests should allow where large terms cancel.
struct real {
  using value = float;
  using stored = float;
  using wide = float;
  using product = float;
  using sum = float;
  using output = float_output;
  static constexpr int32_t taps = 1, unit = 1;

  static SMELT_INLINE int32_t row(int32_t count) { return count; }
  static SMELT_INLINE wide weight(const stored *row, int32_t i, wide) { return load(row + i); }
  static SMELT_INLINE sum start(const output &, int32_t) { return 0; }
  static SMELT_INLINE value finish(const output &out, int32_t channel, sum total) {
    return clamp(total + load(out.bias + channel), out.min, out.max);
  }
};

using s8 = quantized<int8_t>;
using u8 = quantized<uint8_t>;
using f32 = real;

/// Calls tap(i) for i from 0 to `count`, `unit` calls at a time: where weights share a byte, the
/// compiler then knows the place of each in it.
template <int32_t unit, typename Tap>
SMELT_INLINE void for_each_tap(int32_t count, const Tap &tap) {
  const int32_t whole = count - count % unit;
  static_assert(unit == 1 || unit == 2, "written out, for compilers do not unroll it");
  for (int32_t i = 0; i < whole; i += unit) {
    tap(i);
    if (unit == 2) tap(i | 1);
  }
  for (int32_t i = whole; i < count; ++i) tap(i);
}

/// Adds the products of `count` inputs with four rows of weights, `pitch` apart in memory, to four
/// sums.
template <typename Number, typename Input>
SMELT_INLINE void dot_4(const Input *input, const typename Number::stored *weights, int32_t pitch,
                        int32_t count, typename Number::wide zero_point,
                        typename Number::sum *sums) {
  using sum = typename Number::sum;
  using product = typename Number::product;
  const typename Number::stored *w1 = weights + pitch;
  const typename Number::stored *w2 = w1 + pitch;
  const typename Number::stored *w3 = w2 + pitch;
  sum s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
  for_each_tap<Number::unit>(count, [&](int32_t i) __attribute__((always_inline)) {
    const product x = static_cast<product>(input[i]);
    s0 += x * static_cast<product>(Number::weight(weights, i, zero_point));
    s1 += x * static_cast<product>(Number::weight(w1, i, zero_point));
    s2 += x * static_cast<product>(Number::weight(w2, i, zero_point));
    s3 += x * static_cast<product>(Number::weight(w3, i, zero_point));
  });
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
}

/// As dot_4, for one row of weights.
template <typename Number, typename Input>
SMELT_INLINE typename Number::sum dot_1(const Input *input, const typename Number::stored *weights,
                                        int32_t count, typename Number::wide zero_point,
                                        typename Number::sum total) {
  using product = typename Number::product;
  for_each_tap<Number::unit>(count, [&](int32_t i) __attribute__((always_inline)) {
    total += static_cast<product>(input[i]) *
             static_cast<product>(Number::weight(weights, i, zero_point));
  });
  return total;
}

/// As dot_4 or dot_1, by `rows`.
template <int32_t rows, typename Number, typename Input>
SMELT_INLINE void dot(const Input *input, const typename Number::stored *weights, int32_t pitch,
                      int32_t count, typename Number::wide zero_point, typename Number::sum *sums) {
  static_assert(rows == 1 || rows == 4, "see dot_1 and dot_4");
  if (rows == 4)
    dot_4<Number>(input, weights, pitch, count, zero_point, sums);
  else
    sums[0] = dot_1<Number>(input, weights, count, zero_point, sums[0]);
}

/// The outputs of `channels` rows of weights, `pitch` apart, over one contiguous input, numbered
/// from `first`.
template <typename Number, typename Input>
SMELT_INLINE void dot_rows(const Input *input, const typename Number::stored *weights,
                           int32_t pitch, int32_t count, typename Number::wide zero_point,
                           const typename Number::output &out, int32_t first, int32_t channels,
                           typename Number::value *output) {
  const int32_t last = first + channels, remainder = last - channels % 4;
  int32_t channel = first;
  for (; channel < remainder; channel += 4) {
    typename Number::sum sums[4];
    for (int32_t i = 0; i < 4; ++i) sums[i] = Number::start(out, channel + i);
    dot_4<Number>(input, weights, pitch, count, zero_point, sums);
    for (int32_t i = 0; i < 4; ++i) *output++ = Number::finish(out, channel + i, sums[i]);
    weights += 4 * pitch;
  }
  for (; channel < last; ++channel) {
    const typename Number::sum total =
        dot_1<Number>(input, weights, count, zero_point, Number::start(out, channel));
    *output++ = Number::finish(out, channel, total);
    weights += pitch;
  }
}

}  // namespace smelt

#endif
