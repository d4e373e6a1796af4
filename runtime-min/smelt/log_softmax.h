// SPDX-License-Identifier: Apache-2.0
//
// Logarithm of the softmax of floats, over rows of `depth` elements: x - largest - log(sum of
// exp(x - largest)), which neither overflows nor is log(0). The output may overwrite the input.
#ifndef SMELT_LOG_SOFTMAX_H
#define SMELT_LOG_SOFTMAX_H

#include "smelt/libc.h"
#include "smelt/runtime.h"

namespace smelt {

struct log_softmax_layer {
  int32_t rows, depth;
};

static inline SMELT_KERNEL void log_softmax_f32(const log_softmax_layer &constants,
                                                const float *input, float *output) {
  const log_softmax_layer layer = load(&constants);
  for (int32_t row = 0; row < layer.rows; ++row) {
    float largest = input[0];
    for (int32_t i = 1; i < layer.depth; ++i)
      if (input[i] > largest) largest = input[i];
    float sum = 0;
    for (int32_t i = 0; i < layer.depth; ++i) sum += expf(input[i] - largest);
    const float offset = logf(sum);
    for (int32_t i = 0; i < layer.depth; ++i) output[i] = input[i] - largest - offset;
    input += layer.depth;
    output += layer.depth;
  }
}

}  // namespace smelt

#endif
