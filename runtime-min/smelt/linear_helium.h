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

#include "smelt/arch/helium_outputs.h"
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

/// All outputs of pixels, from `taps` neighbouring inputs each.
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

  /// Where the constants of the channels begin.
  SMELT_INLINE void constants(const int8_t *weights, const int32_t *records) {
    block.weights = weights;
    block.records = records;
  }

  /// One pixel.
  SMELT_INLINE void single(const int8_t *input, int8_t *output) {
    block.input_0 = input;
    block.output_0 = output;
    if (done > 0) helium::outputs_1(&block);
    if (rest > 0) last(input, output);
  }

  /// Pairs of pixels, which are `distance` from each other in the inputs and `pitch` in the
  /// outputs. Outputs may overwrite the inputs of earlier pairs: each is finished before the next.
  SMELT_INLINE void pairs(int32_t count, const int8_t *input, int32_t distance, int8_t *output,
                          int32_t pitch) {
    block.input_step = 2 * distance, block.output_step = 2 * pitch;
    const int32_t together = rest > 0 ? 1 : count;
    for (; count > 0; count -= together) {
      block.input_0 = input, block.input_1 = input + distance;
      block.output_0 = output, block.output_1 = output + pitch;
      block.pairs = together;
      if (done > 0) helium::outputs_2(&block);
      if (rest > 0) {
        last(input, output);
        last(input + distance, output + pitch);
      }
      input += block.input_step, output += block.output_step;
    }
  }

  /// The channels of a pixel that fill no block.
  SMELT_INLINE void last(const int8_t *input, int8_t *output) const {
    const helium::s32x4 sums = helium_rest(input, block.weights + done * row, row, taps, rest);
    const int32_t *const record = block.records + done / 4 * helium::record_words;
    helium::store_bytes(output + done, helium::finish(sums, record, block), rest);
  }
};

}  // namespace smelt

#endif
