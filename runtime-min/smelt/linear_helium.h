// SPDX-License-Identifier: Apache-2.0
//
// Linear layers with Helium: how sums become outputs, four at a time.
//
// The multiply is that of requantize(), and VRSHL rounds half up: what is left of the double
// rounding is its -1 for negative sums. Where outputs are not below the zero point (rectified)
// not even that is: with or without it, a negative sum is at most 0 before the zero point is added,
// and then the lower bound. There, shifts by 0 are possible as well, otherwise all are to the
// right.
#ifndef SMELT_LINEAR_HELIUM_H
#define SMELT_LINEAR_HELIUM_H

#include "smelt/arch/helium.h"
#include "smelt/rows.h"

namespace smelt {

/// Of a block of four channels {bias of each, multiplier of each, shift of each; negative: to the
/// right}. Constants are read directly: cores with vectors have one address space.
struct helium_stage {
  const int32_t *records;
  int32_t zero_point;
  int32_t min, max;  ///< fused activation and range of the type
};

SMELT_INLINE helium::block_arguments helium_block(const helium_stage &stage) {
  helium::block_arguments block = {};
  block.records = stage.records;
  block.zero_point = stage.zero_point;
  block.rectified = stage.min >= stage.zero_point;
  block.min = stage.min, block.max = stage.max;
  return block;
}

/// The last channels, fewer than four: their weights are [channel][taps].
SMELT_INLINE helium::s32x4 helium_rest(const int8_t *input, const int8_t *weights, int32_t pitch,
                                       int32_t taps, int32_t channels) {
  int32_t sums[4] = {0, 0, 0, 0};
  for (int32_t i = 0; i < channels; ++i, weights += pitch)
    sums[i] = helium::dot_1(input, weights, taps);
  return helium::load_s32(sums);
}

/// All outputs of a pixel or two, from `taps` neighbouring inputs each.
struct helium_outputs {
  helium::block_arguments block;
  const int32_t row, taps, done, rest;  ///< of weights; channels in whole blocks, and others

  SMELT_INLINE helium_outputs(const helium_stage &stage, int32_t inputs, int32_t channels)
      : block(helium_block(stage)),
        row(helium::row_bytes(inputs)),
        taps(inputs),
        done(channels - channels % 4),
        rest(channels % 4) {
    block.first = helium::first_taps(taps);
    block.others = (taps - block.first) / helium::vector_bytes;
    block.blocks = done / 4;
  }

  /// Without a second pixel that is null, otherwise its outputs are `pitch` behind.
  SMELT_INLINE void compute(const int8_t *input, const int8_t *second, const int8_t *weights,
                            const int32_t *records, int8_t *output, int32_t pitch) {
    block.input_0 = input, block.input_1 = second;
    block.weights = weights;
    block.records = records;
    block.output_0 = output, block.output_1 = output + pitch;
    if (done > 0) second ? helium::outputs_2(&block) : helium::outputs_1(&block);
    if (rest == 0) return;
    records += done / 4 * helium::record_words;
    for (; input; input = second, second = nullptr, output += pitch) {
      const helium::s32x4 sums = helium_rest(input, weights + done * row, row, taps, rest);
      helium::store_bytes(output + done, helium::finish(sums, records, block), rest);
    }
  }
};

}  // namespace smelt

#endif
