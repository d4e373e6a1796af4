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

#include "smelt/arch/dsp_blocks.h"
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

template <int32_t block>
SMELT_INLINE const dsp_record<block> &dsp_record_at(const dsp_stage &stage, int32_t i) {
  return reinterpret_cast<const dsp_record<block> *>(stage.records)[i];
}

/// Outputs of the whole range of 8 bits.
struct dsp_narrow {
  static constexpr bool pairs = true;  ///< dsp::blocks computes them, too
  int32_t centre;

  explicit SMELT_INLINE dsp_narrow(const dsp_stage &stage) : centre(2 * stage.zero_point + 1) {}
  SMELT_INLINE int8_t finish(int32_t sum, int32_t multiplier, int32_t shift) const {
    return static_cast<int8_t>(dsp::narrow(sum, multiplier, shift_left(centre, shift), shift));
  }
};

/// Any outputs.
struct dsp_wide {
  static constexpr bool pairs = false;
  int32_t zero_point, min, max;

  explicit SMELT_INLINE dsp_wide(const dsp_stage &stage)
      : zero_point(stage.zero_point), min(stage.min), max(stage.max) {}
  SMELT_INLINE int8_t finish(int32_t sum, int32_t multiplier, int32_t shift) const {
    const int32_t scaled = requantize(sum, multiplier, shift);
    return static_cast<int8_t>(clamp(scaled + zero_point, min, max));
  }
};

struct dsp_pairs {
  using stage = dsp_narrow;
  static constexpr int32_t block = 2;       ///< channels of a convolution, together
  static constexpr int32_t wide_block = 4;  ///< of a fully connected layer

  /// All outputs of pixels, from their widened inputs: of two that are neighbours, `distance` apart
  /// as outputs, or of one. `words`: groups of four taps.
  class pixels {
   public:
    SMELT_INLINE pixels(const int16_t *patch, int32_t words, const int8_t *weights,
                        const dsp_stage &constants, int32_t channels, int32_t distance)
        : channels_(channels),
          of_{patch,
              patch + 8 * (words & 3),
              patch + 8 * words,
              distance,
              constants.records,
              nullptr,
              nullptr,
              2 * constants.zero_point + 1,
              weights} {}

    SMELT_INLINE void two(int8_t *output) {
      of_.output = output;
      of_.last = output + channels_;
      dsp::blocks::pairs(of_);
    }
    SMELT_INLINE void one(int8_t *output) {
      of_.output = output;
      of_.last = output + channels_;
      outputs_1(of_);
    }

   private:
    int32_t channels_;
    dsp::pair_outputs of_;
  };

  /// As dsp::blocks::pairs, for one pixel; its patch is half as long.
  static SMELT_SHARED void outputs_1(const dsp::pair_outputs &of) {
    const auto *record = reinterpret_cast<const dsp_record<2> *>(of.record);
    const int16_t *const end = of.patch + (of.end - of.patch) / 2;
    const int8_t *weights = of.weights;
    for (int8_t *output = of.output; output < of.last; output += 2, ++record) {
      int32_t sums[2] = {record->bias[0], record->bias[1]};
      for (const int16_t *input = of.patch; input != end;) dsp::add_pair_1(input, weights, sums);
      output[0] = finish(sums[0], *record, 0, of.centre);
      if (output + 1 == of.last) break;
      output[1] = finish(dsp::second_of(sums[0], sums[1]), *record, 1, of.centre);
    }
  }

  static SMELT_INLINE int8_t finish(int32_t sum, const dsp_record<2> &record, int32_t channel,
                                    int32_t centre) {
    const int32_t shift = record.shift[channel];
    return static_cast<int8_t>(
        dsp::narrow(sum, record.multiplier[channel], shift_left(centre, shift), shift));
  }

  /// Adds the products of `count` inputs to the sums of two pairs.
  static SMELT_INLINE void add(const int8_t *input, int32_t count, const int8_t *&weights,
                               int32_t (&sums)[4]) {
    const int8_t *const end = input + count, *const whole = end - (count & 31);
    while (SMELT_UNROLLED != 0 && input != whole) {
      for (int32_t i = 0; i < 8; ++i) dsp::add_pairs(dsp::word(input + 4 * i), weights, sums);
      input += 32;
    }
    for (; end - input >= 4; input += 4) dsp::add_pairs(dsp::word(input), weights, sums);
    if (input != end) dsp::add_pairs(dsp::last_word(input, count), weights, sums);
  }

  /// Sum i of a block, of pairs of sums.
  static SMELT_INLINE int32_t sum_of(const int32_t (&sums)[4], int32_t i) {
    return (i & 1) == 0 ? sums[i] : dsp::second_of(sums[i - 1], sums[i]);
  }
};

struct dsp_general {
  using stage = dsp_wide;
  static constexpr int32_t block = 1, wide_block = 1;

  struct pixels {
    const int16_t *patch;
    int32_t words;
    const int8_t *weights;
    const dsp_stage &stage;
    int32_t channels, distance;

    SMELT_INLINE pixels(const int16_t *patch_, int32_t words_, const int8_t *weights_,
                        const dsp_stage &stage_, int32_t channels_, int32_t distance_)
        : patch(patch_),
          words(words_),
          weights(weights_),
          stage(stage_),
          channels(channels_),
          distance(distance_) {}
    SMELT_INLINE void two(int8_t *output) const { outputs_2(*this, output); }
    SMELT_INLINE void one(int8_t *output) const { outputs_1(*this, output); }
  };

  static SMELT_SHARED void outputs_2(const pixels &of, int8_t *output) {
    const stage to(of.stage);
    const int16_t *const end = of.patch + 8 * of.words;
    const int8_t *weights = of.weights;
    for (int32_t i = 0; i < of.channels; ++i) {
      const dsp_record<1> &record = dsp_record_at<1>(of.stage, i);
      int32_t sums[2] = {record.bias[0], record.bias[0]};
      for (const int16_t *input = of.patch; input != end;) dsp::add_2(input, weights, sums);
      output[i] = to.finish(sums[0], record.multiplier[0], record.shift[0]);
      output[of.distance + i] = to.finish(sums[1], record.multiplier[0], record.shift[0]);
    }
  }

  static SMELT_SHARED void outputs_1(const pixels &of, int8_t *output) {
    const stage to(of.stage);
    const int16_t *const end = of.patch + 4 * of.words;
    const int8_t *weights = of.weights;
    for (int32_t i = 0; i < of.channels; ++i) {
      const dsp_record<1> &record = dsp_record_at<1>(of.stage, i);
      int32_t sum = record.bias[0];
      for (const int16_t *input = of.patch; input != end;) dsp::add_1(input, weights, sum);
      output[i] = to.finish(sum, record.multiplier[0], record.shift[0]);
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
