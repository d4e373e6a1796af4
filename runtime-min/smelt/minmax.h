// SPDX-License-Identifier: Apache-2.0
//
// The larger or smaller of two operands' elements, which share one quantization with the output.
#ifndef SMELT_MINMAX_H
#define SMELT_MINMAX_H

#include "smelt/binary.h"

namespace smelt {

template <typename T>
SMELT_KERNEL void maximum(const binary_layer &constants, const T *a, const T *b, T *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) { return x > y ? x : y; });
}

template <typename T>
SMELT_KERNEL void minimum(const binary_layer &constants, const T *a, const T *b, T *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) { return x < y ? x : y; });
}

}  // namespace smelt

#endif
