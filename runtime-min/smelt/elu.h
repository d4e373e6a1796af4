// SPDX-License-Identifier: Apache-2.0
//
// slope * x, or alpha * (exp(rate * x) - 1) where x is negative.
#ifndef SMELT_ELU_H
#define SMELT_ELU_H

#include "smelt/functions.h"

namespace smelt {

struct elu_curve {
  float alpha, slope, rate;
};

struct elu_f32_layer {
  unary_layer elements;
  elu_curve curve;
};

struct elu_8_layer {
  function_8_layer elements;
  elu_curve curve;
};

static inline SMELT_KERNEL void elu_f32(const elu_f32_layer &constants, const float *input,
                                        float *output) {
  const elu_curve curve = load(&constants.curve);
  apply(constants.elements, input, output, [&](float x) {
    return x < 0 ? curve.alpha * exp_minus_1(curve.rate * x) : curve.slope * x;
  });
}

/// The reference's table is of exp(x) - 1, as floats have it.
template <typename T>
SMELT_KERNEL void elu_8(const elu_8_layer &constants, const T *input, T *output) {
  const elu_curve curve = load(&constants.curve);
  apply(constants.elements, input, output, [&](float x) {
    return x < 0 ? curve.alpha * (expf(curve.rate * x) - 1.0F) : curve.slope * x;
  });
}

}  // namespace smelt

#endif
