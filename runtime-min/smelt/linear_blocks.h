// SPDX-License-Identifier: Apache-2.0
//
// What linear layers in blocks of output channels and pixels share: the number formats that they
// compute in, and the block itself. See smelt/arch/blocks.h.
#ifndef SMELT_LINEAR_BLOCKS_H
#define SMELT_LINEAR_BLOCKS_H

#include "smelt/arch/blocks.h"
#include "smelt/fixed_point.h"
#include "smelt/number.h"

namespace smelt {

/// How the 32-bit sum of an output channel becomes an output of 8 bits: the high word of sum *
/// multiplier, plus offset, shifted to the right, that is, rounded down. The offset carries the
/// zero point and what makes this the same as requantize(); lowering has made sure of that for
/// every sum there can be, with the help of the bias. Or, if it must be, rounded `twice` as there.
struct block_record {
  int32_t bias, multiplier, offset, shift;
};
static_assert(sizeof(block_record) == 4 * blocks::record_words, "an array of words");

/// As all that belongs to output channels, records are there for whole blocks.
struct block_stage {
  const int32_t *records;  ///< a block_record each channel
  int32_t twice;           ///< whether there are two roundings
  int32_t min, max;        ///< fused activation and range of the type
};

/// 8 bits. Lowering has made sure that |sum| < 2^30, and that offsets do not carry over.
template <int32_t pixels_>
struct s8_block {
  using value = int8_t;
  using sum = int32_t;
  using output = block_stage;
  static constexpr int32_t pixels = pixels_, taps = 4;
  static constexpr int32_t multiple = 4;  ///< of taps that there are weights for

  static SMELT_INLINE sum start(const output &out, int32_t channel) {
    return out.records[blocks::record_words * channel];
  }
  /// The high word of twice the product, ties upwards (multiply_high), then half away from zero:
  /// see requantize().
  static SMELT_INLINE int32_t round_twice(sum total, int32_t multiplier) {
    const int64_t product = int64_t{2 * total} * multiplier;
    return static_cast<int32_t>(product >> 32) +
           static_cast<int32_t>(static_cast<uint32_t>(product) >> 31) + (total >> 31);
  }
  /// Of one channel, `pitch` apart.
  template <int32_t count>
  static SMELT_INLINE void finish(const output &out, int32_t channel, const sum *sums,
                                  value *outputs, int32_t pitch) {
    const int32_t *record = out.records + blocks::record_words * channel;
    const int32_t multiplier = record[1], offset = record[2], shift = record[3];
    if (SMELT_UNLIKELY(out.twice)) {
      blocks::unrolled<count>::run([&](int32_t p) __attribute__((always_inline)) {
        const int32_t scaled = (round_twice(sums[p], multiplier) + offset) >> shift;
        outputs[p * pitch] = static_cast<value>(clamp(scaled, out.min, out.max));
      });
      return;
    }
    blocks::unrolled<count>::run([&](int32_t p) __attribute__((always_inline)) {
      const auto high = static_cast<int32_t>((int64_t{sums[p]} * multiplier) >> 32);
      outputs[p * pitch] = static_cast<value>(clamp((high + offset) >> shift, out.min, out.max));
    });
  }
};

/// Floats: see smelt::real.
struct f32_block {
  using value = float;
  using sum = float;
  using output = float_output;
  static constexpr int32_t pixels = 4, taps = 2, multiple = 1;

  static SMELT_INLINE sum start(const output &, int32_t) { return 0; }
  template <int32_t count>
  static SMELT_INLINE void finish(const output &out, int32_t channel, const sum *sums,
                                  value *outputs, int32_t pitch) {
    const float bias = out.bias[channel];
    blocks::unrolled<count>::run([&](int32_t p) __attribute__((always_inline)) {
      outputs[p * pitch] = clamp(sums[p] + bias, out.min, out.max);
    });
  }
};

/// Adds the products of `count` taps: see add_taps.
template <typename Number, size_t pointers, size_t size>
SMELT_INLINE void block_taps(const typename Number::value *(&inputs)[pointers],
                             const typename Number::value *&weights, int32_t count,
                             typename Number::sum (&sums)[size]) {
  const typename Number::value *end = weights + blocks::channels * count;
  const typename Number::value *whole = end - blocks::channels * (count % Number::taps);
  while (weights != whole) blocks::add_taps<Number::taps>(inputs, weights, sums);
  while (weights != end) blocks::add_taps<1>(inputs, weights, sums);
}

template <int32_t pixels, typename Number>
SMELT_INLINE void block_start(const typename Number::output &out, int32_t channel,
                              typename Number::sum (&sums)[blocks::channels * pixels]) {
  blocks::unrolled<blocks::channels>::run([&](int32_t c) __attribute__((always_inline)) {
    const typename Number::sum start = Number::start(out, channel + c);
    blocks::unrolled<pixels>::run(
        [&](int32_t p) __attribute__((always_inline)) { sums[pixels * c + p] = start; });
  });
}

/// Outputs of the first `count` channels, or all, of a block that begins with `channel`.
template <int32_t pixels, typename Number>
SMELT_INLINE void block_finish(const typename Number::output &out, int32_t channel, int32_t count,
                               const typename Number::sum (&sums)[blocks::channels * pixels],
                               typename Number::value *output, int32_t pitch) {
  blocks::unrolled<blocks::channels>::run([&](int32_t c) __attribute__((always_inline)) {
    if (c < count)
      Number::template finish<pixels>(out, channel + c, sums + pixels * c, output + c, pitch);
  });
}

}  // namespace smelt

#endif
