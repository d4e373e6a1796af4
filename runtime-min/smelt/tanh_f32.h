// SPDX-License-Identifier: Apache-2.0
//
// tanh(x) of floats.
#ifndef SMELT_TANH_F32_H
#define SMELT_TANH_F32_H

#include "smelt/libc.h"
#include "smelt/unary.h"

namespace smelt {

using tanh_f32_layer = unary_layer;

static inline SMELT_KERNEL void tanh_f32(const tanh_f32_layer &constants, const float *input,
                                         float *output) {
  const int32_t count = load(&constants).count;
  for_each_element(count, input, output, [](float x) { return tanhf(x); });
}

}  // namespace smelt

#endif
