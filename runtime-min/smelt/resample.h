// SPDX-License-Identifier: Apache-2.0
//
// Along one dimension, outputs that are weighted sums of a few inputs: linear and cubic
// interpolation. Places and weights are tables, so that devices compute none.
#ifndef SMELT_RESAMPLE_H
#define SMELT_RESAMPLE_H

#include "smelt/runtime.h"

namespace smelt {

/// The input as [outer][count][inner], the output as [outer][size][inner].
struct resample_layer {
  int32_t outer, count, inner;
  int32_t size;
  int32_t taps;           ///< inputs of one output
  const int32_t *places;  ///< [size][taps], input along the dimension
  const float *weights;   ///< [size][taps]
  const float *bias;      ///< [size], what is added; null: nothing
};

/// One output: taps are `inner` elements apart.
SMELT_INLINE float resampled(const resample_layer &layer, int32_t i, const float *input) {
  float sum = layer.bias ? load(layer.bias + i) : 0;
  for (int32_t tap = i * layer.taps; tap < (i + 1) * layer.taps; ++tap)
    sum += load(layer.weights + tap) * input[load(layer.places + tap) * layer.inner];
  return sum;
}

static inline SMELT_KERNEL void resample(const resample_layer &constants, const float *input,
                                         float *output) {
  const resample_layer layer = load(&constants);
  for (int32_t o = 0; o < layer.outer; ++o) {
    for (int32_t i = 0; i < layer.size; ++i)
      for (int32_t j = 0; j < layer.inner; ++j) *output++ = resampled(layer, i, input + j);
    input += layer.count * layer.inner;
  }
}

}  // namespace smelt

#endif
