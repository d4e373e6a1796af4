// SPDX-License-Identifier: Apache-2.0
//
// Powers of two operands, of floats or of integers (smelt/integers.h).
#ifndef SMELT_POW_H
#define SMELT_POW_H

#include "smelt/binary.h"
#include "smelt/integers.h"
#include "smelt/libc.h"

namespace smelt {

SMELT_INLINE float power(float x, float exponent) {
  return powf(x, exponent);
}

template <typename T>
SMELT_KERNEL void power_elements(const binary_layer &constants, const T *a, const T *b, T *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T exponent) { return power(x, exponent); });
}

}  // namespace smelt

#endif
