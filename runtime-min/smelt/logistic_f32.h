// SPDX-License-Identifier: Apache-2.0
//
// 1 / (1 + exp(-x)) of floats.
#ifndef SMELT_LOGISTIC_F32_H
#define SMELT_LOGISTIC_F32_H

#include "smelt/libc.h"
#include "smelt/unary.h"

namespace smelt {

using logistic_f32_layer = unary_layer;

static inline SMELT_KERNEL void logistic_f32(const logistic_f32_layer &constants,
                                             const float *input, float *output) {
  const int32_t count = load(&constants).count;
  for_each_element(count, input, output, [](float x) { return 1 / (1 + expf(-x)); });
}

}  // namespace smelt

#endif
