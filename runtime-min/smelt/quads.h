// SPDX-License-Identifier: Apache-2.0
//
// Weights in quads: for each tap those of four neighbouring output channels, so that a small core
// loads an input once for four products and all of them by one pointer. Layers of bytes compute
// over a Core, which offers (smelt/arch):
//
// Numbers of things in memory are ints: of 16 bits where pointers are.
//
//   gather(from, count, patch)               copies inputs less their sign; their sum
//   dot_patch(patch, weights, count, sums)   adds products of unsigned inputs to four sums
//   dot_input(input, weights, count, sums)   of signed inputs, each more by Core::input_offset
//   windows(rows, height, width, weights, pitch, blocks, sums)  see window_sums; `blocks` of quads
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

constexpr int quad = 4;  ///< channels of a quad, and what counts of taps are rounded to
constexpr int32_t byte_offset = 128;  ///< of weights, and of inputs in a patch

constexpr int32_t whole_quads(int32_t count) {
  return (count + quad - 1) / quad * quad;
}

/// From sums to outputs: requantization with a multiplier for every channel.
struct quad_stage {
  const int32_t *bias, *multiplier;
  const int8_t *shift;
  int32_t zero_point;
  int32_t min, max;  ///< fused activation and range of the type
};

/// Functions that layers share.
#define SMELT_QUADS_FUNCTION __attribute__((noinline, unused)) static

/// A layer's constants where they are, or a copy of what cannot be read there.
template <typename Layer>
#ifdef __AVR__
SMELT_INLINE Layer
#else
SMELT_INLINE const Layer &
#endif
layer_of(const Layer &constants) {
#ifdef __AVR__
  return load(&constants);
#else
  return constants;
#endif
}

/// What sums start from: the bias, less `correction`.
SMELT_QUADS_FUNCTION void start_sums(const int32_t *bias, int count, int32_t correction,
                                     int32_t *sums) {
  for (int i = 0; i < count; ++i) sums[i] = load(bias + i) - correction;
}

/// The plain form of finish.
template <typename Core>
SMELT_INLINE void finish_sums(const quad_stage &out, int channel, int count, const int32_t *sums,
                              int8_t *output) {
  for (int i = 0; i < count; ++i) {
    const int32_t scaled = Core::requantize(sums[i], load(out.multiplier + channel + i),
                                            load(out.shift + channel + i));
    output[i] = static_cast<int8_t>(clamp(scaled + out.zero_point, out.min, out.max));
  }
}

/// Calls add(weights, sums) for every quad of channels from `first` on, and makes outputs of the
/// sums, some quads at a time. A quad has `pitch` weights.
template <typename Core, typename Add>
SMELT_INLINE void for_each_quad(const quad_stage &out, int first, int channels,
                                const uint8_t *weights, int pitch, int32_t correction,
                                int8_t *output, const Add &add) {
  constexpr int most = Core::quads_at_once * quad;
  int32_t sums[most] = {};
  for (int done = 0; done < channels; done += most) {
    const int count = channels - done < most ? channels - done : most;
    start_sums(out.bias + first + done, count, correction, sums);
    for (int i = 0; i < count; i += quad, weights += pitch) add(weights, sums + i);
    Core::finish(out, first + done, count, sums, output + done);
  }
}

/// The plain form of gather.
SMELT_QUADS_FUNCTION int32_t gather_bytes(const int8_t *from, int count, uint8_t *to) {
  int32_t sum = 0;
  for (int i = 0; i < count; ++i) {
    to[i] = static_cast<uint8_t>(from[i] + byte_offset);
    sum += to[i];
  }
  return sum;
}

/// The plain form of dot_patch and dot_input.
template <typename Input>
SMELT_INLINE void dot_quads(const Input *input, int32_t offset, const uint8_t *weights, int count,
                            int32_t *sums) {
  for (int i = 0; i < count; ++i) {
    const int32_t x = input[i] + offset;
    for (int k = 0; k < quad; ++k) sums[k] += x * load(weights + i * quad + k);
  }
}

/// The sums of one pixel's windows for `blocks` of so many channels each: weights
/// [block][tap][channel], with a sign; inputs of neighbouring channels are neighbours, those of
/// neighbouring columns `pitch` apart.
template <int channels>
SMELT_INLINE void window_sums(const int8_t *const *rows, int height, int width,
                              const int8_t *weights, int pitch, int blocks, int32_t *sums) {
  for (int block = 0; block < blocks; ++block, sums += channels) {
    int32_t s[channels] = {};
    for (int i = 0; i < height; ++i) {
      const int8_t *input = rows[i] + block * channels;
      for (int j = 0; j < width; ++j, input += pitch, weights += channels) {
        SMELT_EACH_LANE
        for (int k = 0; k < channels; ++k) s[k] += input[k] * load(weights + k);
      }
    }
    for (int k = 0; k < channels; ++k) sums[k] = s[k];
  }
}

}  // namespace smelt

#endif
