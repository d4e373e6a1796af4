// SPDX-License-Identifier: Apache-2.0
//
// Linear layers with the DSP extension: blocks of output channels, and how their sums become
// outputs. There are two ways, as kernels exist in two variants:
//
//   dsp_pairs    weights in pairs of channels (see smelt/arch/dsp.h), outputs of the whole range of
//                8 bits by dsp::narrow: what nearly all layers are
//   dsp_general  weights byte by byte, any outputs
//
// Weights of a block lie in the order in which its sums take them. What else a channel has is in
// records of a block: {bias of each, multiplier of each, shifts of each in the bytes of one word};
// the bias of channel b of a pair is 256 times its own plus that of a.
#ifndef SMELT_LINEAR_DSP_H
#define SMELT_LINEAR_DSP_H

#include "smelt/arch/dsp.h"
#include "smelt/rows.h"

namespace smelt {

/// From sums to outputs. Constants are read directly: cores with this extension have one address
/// space.
struct dsp_stage {
  const int32_t *records;
  int32_t zero_point;
  int32_t min, max;  ///< fused activation and range of the type
};

/// The record of `block` channels.
template <int32_t block>
struct dsp_record {
  int32_t bias[block];
  int32_t multiplier[block];
  int8_t shift[4];
};

/// The last inputs there are, less than four, as a word.
SMELT_INLINE void dsp_rest(const int8_t *from, int32_t count, int8_t (&word)[4]) {
  for (int32_t i = 0; i < 4; ++i) word[i] = i < count ? from[i] : int8_t{0};
}

/// Outputs of the whole range of 8 bits.
struct dsp_narrow {
  struct scale {
    int32_t multiplier, half, shift;
  };
  int32_t centre;

  explicit SMELT_INLINE dsp_narrow(const dsp_stage &stage) : centre(2 * stage.zero_point + 1) {}
  SMELT_INLINE scale of(int32_t multiplier, int32_t shift) const {
    return {multiplier, shift_left(centre, shift), shift};
  }
  static SMELT_INLINE int8_t finish(int32_t sum, const scale &by) {
    return static_cast<int8_t>(dsp::narrow(sum, by.multiplier, by.half, by.shift));
  }
};

/// Any outputs.
struct dsp_wide {
  struct scale {
    int32_t multiplier, shift;
  };
  int32_t zero_point, min, max;

  explicit SMELT_INLINE dsp_wide(const dsp_stage &stage)
      : zero_point(stage.zero_point), min(stage.min), max(stage.max) {}
  SMELT_INLINE scale of(int32_t multiplier, int32_t shift) const { return {multiplier, shift}; }
  SMELT_INLINE int8_t finish(int32_t sum, const scale &by) const {
    const int32_t scaled = requantize(sum, by.multiplier, by.shift);
    return static_cast<int8_t>(clamp(scaled + zero_point, min, max));
  }
};

struct dsp_pairs {
  using stage = dsp_narrow;
  static constexpr int32_t channels = 2;       ///< in a block of a convolution
  static constexpr int32_t channels_wide = 4;  ///< in one of a fully connected layer

  /// All outputs of two neighbouring pixels, `pitch` apart, from their widened inputs. `words`:
  /// groups of four taps.
  static SMELT_SHARED void outputs_2(const int16_t *patch, int32_t words, const int8_t *weights,
                                     const dsp_stage &constants, int32_t channels, int8_t *output,
                                     int32_t pitch) {
    const stage finish(constants);
    const auto *record = reinterpret_cast<const dsp_record<2> *>(constants.records);
    const int16_t *const odd = patch + 8 * (words & 3), *const end = patch + 8 * words;
    for (int8_t *const last = output + channels; output < last; output += 2, ++record) {
      int32_t sums[4] = {record->bias[0], record->bias[0], record->bias[1], record->bias[1]};
      const int16_t *input = patch;
      while (input != odd) dsp::add_pair_2(input, weights, sums);
      while (input != end) {
        dsp::add_pair_2(input, weights, sums);
        dsp::add_pair_2(input, weights, sums);
        dsp::add_pair_2(input, weights, sums);
        dsp::add_pair_2(input, weights, sums);
      }
      const stage::scale a = finish.of(record->multiplier[0], record->shift[0]);
      const stage::scale b = finish.of(record->multiplier[1], record->shift[1]);
      output[0] = finish.finish(sums[0], a);
      output[pitch] = finish.finish(sums[1], a);
      if (output + 1 == last) break;
      output[1] = finish.finish(dsp::second_of(sums[0], sums[2]), b);
      output[pitch + 1] = finish.finish(dsp::second_of(sums[1], sums[3]), b);
    }
  }

  /// The same of one pixel.
  static SMELT_SHARED void outputs_1(const int16_t *patch, int32_t words, const int8_t *weights,
                                     const dsp_stage &constants, int32_t channels, int8_t *output) {
    const stage finish(constants);
    const auto *record = reinterpret_cast<const dsp_record<2> *>(constants.records);
    const int16_t *const end = patch + 4 * words;
    for (int8_t *const last = output + channels; output < last; output += 2, ++record) {
      int32_t sums[2] = {record->bias[0], record->bias[1]};
      for (const int16_t *input = patch; input != end;) dsp::add_pair_1(input, weights, sums);
      output[0] = finish.finish(sums[0], finish.of(record->multiplier[0], record->shift[0]));
      if (output + 1 == last) break;
      output[1] = finish.finish(dsp::second_of(sums[0], sums[1]),
                                finish.of(record->multiplier[1], record->shift[1]));
    }
  }

  /// Adds the products of `count` inputs to the sums of two pairs.
  static SMELT_INLINE void add(const int8_t *input, int32_t count, const int8_t *&weights,
                               int32_t (&sums)[4]) {
    const int8_t *const end = input + count, *const whole = end - (count & 31);
    while (input != whole) {
      dsp::add_pairs(input, weights, sums);
      dsp::add_pairs(input, weights, sums);
      dsp::add_pairs(input, weights, sums);
      dsp::add_pairs(input, weights, sums);
      dsp::add_pairs(input, weights, sums);
      dsp::add_pairs(input, weights, sums);
      dsp::add_pairs(input, weights, sums);
      dsp::add_pairs(input, weights, sums);
    }
    while (end - input >= 4) dsp::add_pairs(input, weights, sums);
    if (input == end) return;
    int8_t word[4];
    dsp_rest(input, static_cast<int32_t>(end - input), word);
    const int8_t *rest = word;
    dsp::add_pairs(rest, weights, sums);
  }

  /// Sum i of a block, of pairs of sums.
  static SMELT_INLINE int32_t sum_of(const int32_t (&sums)[4], int32_t i) {
    return (i & 1) == 0 ? sums[i] : dsp::second_of(sums[i - 1], sums[i]);
  }
};

struct dsp_general {
  using stage = dsp_wide;
  static constexpr int32_t channels = 1, channels_wide = 1;

  static SMELT_SHARED void outputs_2(const int16_t *patch, int32_t words, const int8_t *weights,
                                     const dsp_stage &constants, int32_t channels, int8_t *output,
                                     int32_t pitch) {
    const stage finish(constants);
    const auto *record = reinterpret_cast<const dsp_record<1> *>(constants.records);
    const int16_t *const end = patch + 8 * words;
    for (int8_t *const last = output + channels; output < last; ++output, ++record) {
      int32_t sums[2] = {record->bias[0], record->bias[0]};
      for (const int16_t *input = patch; input != end;) dsp::add_2(input, weights, sums);
      const stage::scale scale = finish.of(record->multiplier[0], record->shift[0]);
      output[0] = finish.finish(sums[0], scale);
      output[pitch] = finish.finish(sums[1], scale);
    }
  }

  static SMELT_SHARED void outputs_1(const int16_t *patch, int32_t words, const int8_t *weights,
                                     const dsp_stage &constants, int32_t channels, int8_t *output) {
    const stage finish(constants);
    const auto *record = reinterpret_cast<const dsp_record<1> *>(constants.records);
    const int16_t *const end = patch + 4 * words;
    for (int8_t *const last = output + channels; output < last; ++output, ++record) {
      int32_t sum = record->bias[0];
      for (const int16_t *input = patch; input != end;) dsp::add_1(input, weights, sum);
      *output = finish.finish(sum, finish.of(record->multiplier[0], record->shift[0]));
    }
  }

  static SMELT_INLINE void add(const int8_t *input, int32_t count, const int8_t *&weights,
                               int32_t (&sums)[1]) {
    for (int32_t i = 0; i < count; ++i) sums[0] += int32_t{input[i]} * weights[i];
    weights += (count + 3) & ~3;
  }

  static SMELT_INLINE int32_t sum_of(const int32_t (&sums)[1], int32_t) { return sums[0]; }
};

}  // namespace smelt

#endif
