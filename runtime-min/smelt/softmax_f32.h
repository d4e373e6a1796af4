// SPDX-License-Identifier: Apache-2.0
//
// Softmax of floats over rows of `depth` elements: exp(beta * (x - largest)) / sum of these. Apart
// from the integer kernels, which do without the C library. The output may overwrite the input.
#ifndef SMELT_SOFTMAX_F32_H
#define SMELT_SOFTMAX_F32_H

#include "smelt/libc.h"
#include "smelt/runtime.h"

namespace smelt {

struct softmax_f32_layer {
  int32_t rows, depth;
  float beta;
};

static inline SMELT_KERNEL void softmax_f32(const softmax_f32_layer &constants, const float *input,
                                            float *output) {
  const softmax_f32_layer layer = load(&constants);
  for (int32_t row = 0; row < layer.rows; ++row) {
    float largest = input[0];
    for (int32_t i = 1; i < layer.depth; ++i)
      if (input[i] > largest) largest = input[i];
    float sum = 0;
    for (int32_t i = 0; i < layer.depth; ++i) {
      output[i] = expf((input[i] - largest) * layer.beta);
      sum += output[i];
    }
    for (int32_t i = 0; i < layer.depth; ++i) output[i] /= sum;
    input += layer.depth;
    output += layer.depth;
  }
}

}  // namespace smelt

#endif
