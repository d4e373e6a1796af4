// SPDX-License-Identifier: Apache-2.0
//
// Local response normalization: y = x / (bias + alpha / size * sum of x^2 over `size` neighbouring
// channels)^beta, the channel itself in the middle; there are fewer at the ends. The input is
// [outer][channel][inner].
#ifndef SMELT_LOCAL_RESPONSE_H
#define SMELT_LOCAL_RESPONSE_H

#include "smelt/libc.h"
#include "smelt/runtime.h"

namespace smelt {

struct local_response_f32_layer {
  int32_t outer, channels, inner;
  int32_t before, after;  ///< neighbours on either side
  float factor;           ///< alpha / size
  float beta, bias;
};

/// The sum of squares that channel `channel` is divided by; `input` points to channel 0.
SMELT_INLINE float neighbouring_squares(const local_response_f32_layer &layer, const float *input,
                                        int32_t channel) {
  const int32_t first = channel > layer.before ? channel - layer.before : 0;
  const int32_t behind =
      channel < layer.channels - layer.after ? channel + layer.after + 1 : layer.channels;
  float sum = 0;
  for (int32_t c = first; c < behind; ++c) sum += input[c * layer.inner] * input[c * layer.inner];
  return sum;
}

static inline SMELT_KERNEL void local_response_f32(const local_response_f32_layer &constants,
                                                   const float *input, float *output) {
  const local_response_f32_layer layer = load(&constants);
  for (int32_t i = 0; i < layer.outer; ++i)
    for (int32_t c = 0; c < layer.channels; ++c)
      for (int32_t j = 0; j < layer.inner; ++j) {
        const float *pixel = input + i * layer.channels * layer.inner + j;
        const float squares = neighbouring_squares(layer, pixel, c);
        *output++ = pixel[c * layer.inner] / powf(layer.bias + layer.factor * squares, layer.beta);
      }
}

}  // namespace smelt

#endif
