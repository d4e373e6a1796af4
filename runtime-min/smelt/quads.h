// SPDX-License-Identifier: Apache-2.0
//
// Weights in quads: for each tap those of four neighbouring output channels, so that a small core
// loads an input once for four products and all of them by one pointer. Layers of bytes compute
// over a Core, which offers (smelt/arch):
//
//   dot_patch(patch, weights, count, sums)   adds products of unsigned inputs to four sums
//   dot_input(input, weights, count, sums)   of signed inputs, each more by Core::input_offset
//   windows_3x3(rows, weights, pitch, blocks, sums)  sums of windows of 3x3, four channels a block
//   requantize(sum, multiplier, shift)       smelt::requantize for |sum| < Core::sum_limit, shift <
//   0
//
// `count` is a positive multiple of `quad`. Multiplied are w + 128 and x + 128, without a sign: the
// sum of x w is that of (x + 128) (w + 128) less 128 times the sums of x + 128 and of w. The host
// takes off the latter from the bias; the former is found once for all channels.
#ifndef SMELT_QUADS_H
#define SMELT_QUADS_H

#include "smelt/number.h"

namespace smelt {

constexpr int32_t quad = 4;  ///< channels of a quad, and what counts of taps are rounded to
constexpr int32_t byte_offset = 128;  ///< of weights, and of inputs in a patch

constexpr int32_t whole_quads(int32_t count) {
  return (count + quad - 1) / quad * quad;
}

/// A sum less its share of the weights' offset as an output.
template <typename Core>
SMELT_INLINE int8_t quad_output(const requantization &out, int32_t channel, int32_t sum) {
  const int32_t index = out.per_channel ? channel : 0;
  const int32_t scaled =
      Core::requantize(sum, load(out.multiplier + index), load(out.shift + index));
  return static_cast<int8_t>(clamp(scaled + out.zero_point, out.min, out.max));
}

/// What four sums start from: the bias, less `correction`. Beyond the last channel, anything.
SMELT_INLINE void start_quad(const requantization &out, int32_t channel, int32_t channels,
                             int32_t correction, int32_t *sums) {
  for (int32_t i = 0; i < quad && i < channels; ++i)
    sums[i] = load(out.bias + channel + i) - correction;
}

template <typename Core>
SMELT_INLINE void finish_quad(const requantization &out, int32_t channel, int32_t channels,
                              const int32_t *sums, int8_t *output) {
  for (int32_t i = 0; i < quad && i < channels; ++i)
    output[i] = quad_output<Core>(out, channel + i, sums[i]);
}

/// The plain form of dot_patch and dot_input.
template <typename Input>
SMELT_INLINE void dot_quads(const Input *input, int32_t offset, const uint8_t *weights,
                            int32_t count, int32_t *sums) {
  for (int32_t i = 0; i < count; ++i) {
    const int32_t x = input[i] + offset;
    for (int32_t k = 0; k < quad; ++k) sums[k] += x * load(weights + i * quad + k);
  }
}

/// The sums of one pixel's windows for `blocks` of so many channels each: weights
/// [block][tap][channel], with a sign; inputs of neighbouring channels are neighbours, those of
/// neighbouring columns `pitch` apart.
template <int32_t channels>
SMELT_INLINE void window_sums(const int8_t *const *rows, int32_t height, int32_t width,
                              const int8_t *weights, int32_t pitch, int32_t blocks, int32_t *sums) {
  for (int32_t block = 0; block < blocks; ++block, sums += channels) {
    int32_t s[channels] = {};
    for (int32_t i = 0; i < height; ++i) {
      const int8_t *input = rows[i] + block * channels;
      for (int32_t j = 0; j < width; ++j, input += pitch, weights += channels) {
        SMELT_EACH_LANE
        for (int32_t k = 0; k < channels; ++k) s[k] += input[k] * load(weights + k);
      }
    }
    for (int32_t k = 0; k < channels; ++k) sums[k] = s[k];
  }
}

}  // namespace smelt

#endif
