// SPDX-License-Identifier: Apache-2.0
//
// slope * x, or alpha * (exp(rate * x) - 1) where x is negative.
#ifndef SMELT_ELU_H
#define SMELT_ELU_H

#include "smelt/functions.h"

namespace smelt {

struct elu_curve {
  float alpha, slope, rate;
  SMELT_INLINE float operator()(float x) const {
    return x < 0 ? alpha * exp_minus_1(rate * x) : slope * x;
  }
};

struct elu_f32_layer {
  unary_layer elements;
  elu_curve curve;
};

struct elu_8_layer {
  function_8_layer elements;
  elu_curve curve;
};

/// For either layer.
template <typename Layer, typename T>
void elu(const Layer &constants, const T *input, T *output) {
  apply(constants.elements, input, output, load(&constants.curve));
}

}  // namespace smelt

#endif
