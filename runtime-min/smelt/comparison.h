// SPDX-License-Identifier: Apache-2.0
//
// Comparisons of two operands' elements: 1 where they hold. What is not a number is neither equal
// to nor less than anything.
#ifndef SMELT_COMPARISON_H
#define SMELT_COMPARISON_H

#include "smelt/binary.h"

namespace smelt {

template <typename T>
SMELT_KERNEL void equal(const binary_layer &constants, const T *a, const T *b, uint8_t *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) { return static_cast<uint8_t>(x == y); });
}

template <typename T>
SMELT_KERNEL void less(const binary_layer &constants, const T *a, const T *b, uint8_t *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) { return static_cast<uint8_t>(x < y); });
}

template <typename T>
SMELT_KERNEL void less_equal(const binary_layer &constants, const T *a, const T *b,
                             uint8_t *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [](T x, T y) { return static_cast<uint8_t>(x <= y); });
}

}  // namespace smelt

#endif
