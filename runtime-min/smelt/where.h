// SPDX-License-Identifier: Apache-2.0
//
// The element of `a` where the condition holds, of `b` elsewhere; all three are broadcast as two
// are (smelt/binary.h).
#ifndef SMELT_WHERE_H
#define SMELT_WHERE_H

#include "smelt/runtime.h"

namespace smelt {

struct where_layer {
  int32_t extents[4];
  int32_t condition_strides[4];
  int32_t a_strides[4];
  int32_t b_strides[4];
};

SMELT_INLINE int32_t row_offset(const int32_t *strides, int32_t i, int32_t j, int32_t k) {
  return i * strides[0] + j * strides[1] + k * strides[2];
}

template <typename T>
SMELT_KERNEL void where(const where_layer &constants, const uint8_t *condition, const T *a,
                        const T *b, T *output) {
  const where_layer layer = load(&constants);
  for (int32_t i = 0; i < layer.extents[0]; ++i)
    for (int32_t j = 0; j < layer.extents[1]; ++j)
      for (int32_t k = 0; k < layer.extents[2]; ++k) {
        const uint8_t *chosen = condition + row_offset(layer.condition_strides, i, j, k);
        const T *from_a = a + row_offset(layer.a_strides, i, j, k);
        const T *from_b = b + row_offset(layer.b_strides, i, j, k);
        for (int32_t l = 0; l < layer.extents[3]; ++l) {
          *output++ = *chosen != 0 ? *from_a : *from_b;
          chosen += layer.condition_strides[3];
          from_a += layer.a_strides[3];
          from_b += layer.b_strides[3];
        }
      }
}

}  // namespace smelt

#endif
