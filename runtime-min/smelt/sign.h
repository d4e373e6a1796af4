// SPDX-License-Identifier: Apache-2.0
//
// Magnitude, negative and sign of integers without scales (smelt/integers.h). The least number has
// no magnitude in its type: it stays.
#ifndef SMELT_SIGN_H
#define SMELT_SIGN_H

#include "smelt/integers.h"
#include "smelt/unary.h"

namespace smelt {

template <typename T>
SMELT_KERNEL void abs_integers(const unary_layer &constants, const T *input, T *output) {
  const int32_t count = load(&constants).count;
  for_each_element(count, input, output, [](T x) { return x < 0 ? wrapped_negative(x) : x; });
}

template <typename T>
SMELT_KERNEL void neg_integers(const unary_layer &constants, const T *input, T *output) {
  const int32_t count = load(&constants).count;
  for_each_element(count, input, output, [](T x) { return wrapped_negative(x); });
}

template <typename T>
SMELT_KERNEL void sign_integers(const unary_layer &constants, const T *input, T *output) {
  const int32_t count = load(&constants).count;
  for_each_element(count, input, output, [](T x) {
    return static_cast<T>(x > 0 ? 1 : x < 0 ? -1 : 0);
  });
}

}  // namespace smelt

#endif
