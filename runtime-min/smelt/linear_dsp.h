// SPDX-License-Identifier: Apache-2.0
//
// Linear layers with the DSP extension: how sums of a block of output channels become outputs.
//
// Weights of a block lie in the order in which its sums take them: four taps of its first channel,
// four of its next, and so on; then the next four taps. What else a channel has is in records of a
// block: {bias of each, multiplier of each, shifts of each in the bytes of one word}.
#ifndef SMELT_LINEAR_DSP_H
#define SMELT_LINEAR_DSP_H

#include "smelt/arch/dsp.h"
#include "smelt/rows.h"

namespace smelt {

/// From sums to outputs, see linear_dsp.h. Constants are read directly: cores with this extension
/// have one address space.
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

/// Outputs of the whole range of 8 bits by dsp::narrow, whose constants are in the records.
struct dsp_narrow {
  const dsp_stage &stage;
  int32_t centre;

  explicit SMELT_INLINE dsp_narrow(const dsp_stage &given)
      : stage(given), centre(2 * given.zero_point + 1) {}
  SMELT_INLINE int8_t finish(int32_t sum, int32_t multiplier, int32_t shift) const {
    return static_cast<int8_t>(dsp::narrow(sum, multiplier, centre, shift));
  }
};

/// Any outputs: multipliers and shifts are those of requantize().
struct dsp_general {
  const dsp_stage &stage;

  explicit SMELT_INLINE dsp_general(const dsp_stage &given) : stage(given) {}
  SMELT_INLINE int8_t finish(int32_t sum, int32_t multiplier, int32_t shift) const {
    const int32_t scaled = requantize(sum, multiplier, shift);
    return static_cast<int8_t>(clamp(scaled + stage.zero_point, stage.min, stage.max));
  }
};

/// The last inputs there are, less than four, as a word.
SMELT_INLINE void dsp_rest(const int8_t *from, int32_t count, int8_t (&word)[4]) {
  for (int32_t i = 0; i < 4; ++i) word[i] = i < count ? from[i] : int8_t{0};
}

/// All outputs of two neighbouring pixels, or of one, from their widened inputs: two channels at a
/// time. `words`: groups of four taps.
template <typename Stage>
__attribute__((noinline)) void dsp_outputs_2(const int16_t *patch, int32_t words,
                                             const int8_t *weights, const dsp_stage &constants,
                                             int32_t channels, int8_t *output, int32_t pitch) {
  const Stage stage(constants);
  const dsp_record<2> *record = reinterpret_cast<const dsp_record<2> *>(constants.records);
  const int16_t *const end = patch + 8 * words;
  for (int8_t *const last = output + channels; output < last; output += 2, ++record) {
    int32_t sums[4] = {record->bias[0], record->bias[0], record->bias[1], record->bias[1]};
    const int16_t *input = patch;
    if (words & 1) dsp::add_2x2(input, weights, sums);
    while (input != end) {
      dsp::add_2x2(input, weights, sums);
      dsp::add_2x2(input, weights, sums);
    }
    output[0] = stage.finish(sums[0], record->multiplier[0], record->shift[0]);
    output[pitch] = stage.finish(sums[1], record->multiplier[0], record->shift[0]);
    if (output + 1 == last) break;
    output[1] = stage.finish(sums[2], record->multiplier[1], record->shift[1]);
    output[pitch + 1] = stage.finish(sums[3], record->multiplier[1], record->shift[1]);
  }
}

template <typename Stage>
__attribute__((noinline)) void dsp_outputs_1(const int16_t *patch, int32_t words,
                                             const int8_t *weights, const dsp_stage &constants,
                                             int32_t channels, int8_t *output) {
  const Stage stage(constants);
  const dsp_record<2> *record = reinterpret_cast<const dsp_record<2> *>(constants.records);
  const int16_t *const end = patch + 4 * words;
  for (int8_t *const last = output + channels; output < last; output += 2, ++record) {
    int32_t sums[2] = {record->bias[0], record->bias[1]};
    for (const int16_t *input = patch; input != end;) dsp::add_2x1(input, weights, sums);
    output[0] = stage.finish(sums[0], record->multiplier[0], record->shift[0]);
    if (output + 1 == last) break;
    output[1] = stage.finish(sums[1], record->multiplier[1], record->shift[1]);
  }
}

}  // namespace smelt

#endif
