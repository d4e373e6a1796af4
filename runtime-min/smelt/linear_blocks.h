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
  static constexpr int32_t pixels = pixels_;
  static constexpr int32_t multiple = 4;  ///< of taps that there are weights for

  /// Outputs of the first `channels` of a block that begins with `channel`; those of neighbouring
  /// pixels are `pitch` apart.
  template <int32_t count>
  static SMELT_INLINE void finish(const output &out, int32_t channel, int32_t channels,
                                  const sum (&sums)[blocks::channels * count], value *outputs,
                                  int32_t pitch) {
    blocks::finish_integers<count>(sums, out.records + blocks::record_words * channel,
                                   SMELT_UNLIKELY(out.twice), channels, outputs, pitch, out.min,
                                   out.max);
  }
};

/// Floats: see smelt::real.
struct f32_block {
  using value = float;
  using sum = float;
  using output = float_output;
  static constexpr int32_t pixels = 4, multiple = 1;

  /// As that of s8_block, with sums [pixel][channel].
  template <int32_t count>
  static SMELT_INLINE void finish(const output &out, int32_t channel, int32_t channels,
                                  const sum (&sums)[blocks::channels * count], value *outputs,
                                  int32_t pitch) {
    if (channels >= blocks::channels)
      return blocks::finish_floats<count>(sums, out.bias + channel, outputs, pitch, out.min,
                                          out.max);
    for (int32_t p = 0; p < count; ++p)
      for (int32_t c = 0; c < channels; ++c)
        outputs[p * pitch + c] =
            clamp(sums[blocks::channels * p + c] + out.bias[channel + c], out.min, out.max);
  }
};

}  // namespace smelt

#endif
