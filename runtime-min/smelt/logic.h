// SPDX-License-Identifier: Apache-2.0
//
// Logic of truth values, which are bytes: 0, or anything else for true. Results are 0 or 1. And
// shifts of the bits of a byte.
#ifndef SMELT_LOGIC_H
#define SMELT_LOGIC_H

#include "smelt/binary.h"
#include "smelt/unary.h"

namespace smelt {

static inline SMELT_KERNEL void logical_and(const binary_layer &constants, const uint8_t *a,
                                            const uint8_t *b, uint8_t *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output,
                [](uint8_t x, uint8_t y) { return static_cast<uint8_t>(x != 0 && y != 0); });
}

static inline SMELT_KERNEL void logical_or(const binary_layer &constants, const uint8_t *a,
                                           const uint8_t *b, uint8_t *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output,
                [](uint8_t x, uint8_t y) { return static_cast<uint8_t>(x != 0 || y != 0); });
}

static inline SMELT_KERNEL void logical_xor(const binary_layer &constants, const uint8_t *a,
                                            const uint8_t *b, uint8_t *output) {
  const binary_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output,
                [](uint8_t x, uint8_t y) { return static_cast<uint8_t>((x != 0) != (y != 0)); });
}

static inline SMELT_KERNEL void logical_not(const unary_layer &constants, const uint8_t *input,
                                            uint8_t *output) {
  const int32_t count = load(&constants).count;
  for_each_element(count, input, output, [](uint8_t x) { return static_cast<uint8_t>(x == 0); });
}

struct bit_shift_layer {
  broadcast shape;
  int32_t right;  ///< 1, or 0 for the left
};

/// Zeros move in; of 8 places or more, nothing else is left.
static inline SMELT_KERNEL void bit_shift(const bit_shift_layer &constants, const uint8_t *a,
                                          const uint8_t *b, uint8_t *output) {
  const bit_shift_layer layer = load(&constants);
  for_each_pair(layer.shape, a, b, output, [&](uint8_t x, uint8_t places) {
    if (places >= 8) return static_cast<uint8_t>(0);
    return static_cast<uint8_t>(layer.right ? x >> places : x << places);
  });
}

}  // namespace smelt

#endif
