// SPDX-License-Identifier: Apache-2.0
//
// Log-mel features of sound, in fixed point, around the transform of fft.h of N numbers:
//
//   window   x[n] = floor(s[n] hann[n] / N + 1/2), hann in Q15: |x| <= 2^30 / N, so that the sum of
//            all is below 2^30 and the transform cannot overflow; zero from the window's end to N
//   power    P[k] = floor(|2 X[k]|^2 / 2^12), which is |X[k] / N|^2 in units of 2^-20, for the
//            samples as they were, whatever N is
//   bands    S[b] = sum P[k] weight[b][k], weights in Q14: triangles over the mel scale, each from
//            the centre of the band below to that of the band above
//   log      512 log2(1 + S[b] / 2^14), rounded: Q9, 512 steps are an octave of power, 3.01 dB. As
//            2^14 + S = 2^n (1 + (i + r / 2^16) / 64), r cut off to an integer, it is
//            512 (n - 14) + floor((2^16 T[i] + r (T[i+1] - T[i])) / 2^21 + 1/2) with the table
//            T[i] = log2(1 + i / 64) in Q14
//
// By Parseval's theorem the sum of |X[k] / N|^2 over all k is at most 3/8 of full scale, which is
// 2^30 for samples of 16 bits, and half of that lies in 0 < k < N/2: all P together stay below
// 2^48, S below 2^62, and the logarithm below 48 * 512.
#ifndef SMELT_LOG_MEL_H
#define SMELT_LOG_MEL_H

#include "smelt/runtime.h"

namespace smelt {

struct window_s16_layer {
  int32_t samples;         ///< of the window
  int32_t fresh;           ///< of the input, to which the window's end is the input's end
  int32_t log2_size;       ///< of the transform
  const int16_t *weights;  ///< in Q15, half of them: the window is symmetric
};

/// The window that ends with the input and begins with what came before; `history` holds that, the
/// samples - fresh last ones, and is brought up to date.
static inline SMELT_KERNEL void window_s16(const window_s16_layer &constants, const int16_t *input,
                                           int16_t *history, int32_t *output) {
  const window_s16_layer layer = load(&constants);
  const int32_t size = int32_t{1} << layer.log2_size, half = size >> 1;
  const int32_t known = layer.samples - layer.fresh;
  for (int32_t i = 0; i < layer.samples; ++i) {
    const int32_t sample = i < known ? history[i] : input[i - known];
    const int32_t mirrored = layer.samples - 1 - i;
    const int32_t weight = load(layer.weights + (i < mirrored ? i : mirrored));
    output[i] = (sample * weight + half) >> layer.log2_size;
  }
  for (int32_t i = layer.samples; i < size; ++i) output[i] = 0;
  for (int32_t i = 0; i < known; ++i)
    history[i] =
        i < known - layer.fresh ? history[i + layer.fresh] : input[i - (known - layer.fresh)];
}

struct mel_s64_layer {
  int32_t bands;
  /// Bins where stretches between neighbouring centres begin, and where the last ends: bands + 2.
  const int16_t *edges;
  /// In Q14, by bin from the first edge: its weight in the band whose centre ends the stretch. The
  /// rest to 1 is that in the band whose centre begins it.
  const int16_t *slopes;
};

/// |2 X[k]|^2 / 2^12 of the output of fft_s32, 0 < k < N/2.
SMELT_INLINE int64_t power(const int32_t *spectrum, int32_t k) {
  const int64_t re = spectrum[2 * k], im = spectrum[2 * k + 1];
  return (re * re + im * im) >> 12;
}

static inline SMELT_KERNEL void mel_s64(const mel_s64_layer &constants, const int32_t *spectrum,
                                        int64_t *output) {
  const mel_s64_layer layer = load(&constants);
  const int16_t *slope = layer.slopes;
  int64_t rising = 0;  // the half of the band whose centre the stretch begins at
  for (int32_t stretch = 0; stretch <= layer.bands; ++stretch) {
    const int32_t end = load(layer.edges + stretch + 1);
    int64_t up = 0, down = 0;
    for (int32_t k = load(layer.edges + stretch); k < end; ++k) {
      const int64_t p = power(spectrum, k);
      const int32_t weight = load(slope++);
      up += p * weight;
      down += p * (16384 - weight);
    }
    if (stretch > 0) output[stretch - 1] = rising + down;
    rising = up;
  }
}

struct log2_s16_layer {
  int32_t count;
  const int16_t *table;  ///< log2(1 + i / 64) in Q14, i = 0 .. 64
};

/// 512 log2(x) of x >= 1 as defined above: within 0.04 before rounding.
SMELT_INLINE int32_t log2_q9(const int16_t *table, uint64_t x) {
  const int32_t zeros = __builtin_clzll(x);
  const uint64_t mantissa = x << zeros;  // 1.f, with the 1 at bit 63
  const int32_t index = static_cast<int32_t>((mantissa >> 57) & 63);
  const int32_t rest = static_cast<int32_t>((mantissa >> 41) & 0xffff);
  const int32_t below = load(table + index), above = load(table + index + 1);
  const int32_t fraction = below * 65536 + (above - below) * rest;  // Q30
  return (63 - zeros) * 512 + ((fraction + (int32_t{1} << 20)) >> 21);
}

static inline SMELT_KERNEL void log2_s16(const log2_s16_layer &constants, const int64_t *input,
                                         int16_t *output) {
  const log2_s16_layer layer = load(&constants);
  for (int32_t i = 0; i < layer.count; ++i) {
    const uint64_t x = static_cast<uint64_t>(input[i]) + 16384;
    output[i] = static_cast<int16_t>(log2_q9(layer.table, x) - 14 * 512);
  }
}

}  // namespace smelt

#endif
