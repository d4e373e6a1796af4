// SPDX-License-Identifier: Apache-2.0
//
// Operators on the elements of two operands. An operand that is broadcast has stride 0 along the
// dimensions in which it is repeated; the compiler merges dimensions that behave alike, so that
// operands of one shape are a single loop.
#ifndef SMELT_BINARY_H
#define SMELT_BINARY_H

#include "smelt/runtime.h"

namespace smelt {

/// The output's extents, outermost first, and both operands' strides along them in elements.
struct broadcast {
  int32_t extents[4];
  int32_t a_strides[4];  ///< the last is 0 or 1
  int32_t b_strides[4];
};

/// Layer of an operator without numbers of its own.
struct binary_layer {
  broadcast shape;
};

/// Layer of an operator that computes in its element type and clamps.
template <typename T>
struct clamped_binary_layer {
  broadcast shape;
  T min, max;
};

/// output = function(a, b) for every element, in order: the output may overwrite an operand that
/// is not repeated.
template <typename A, typename B, typename Output, typename Function>
SMELT_INLINE void for_each_pair(const broadcast &shape, const A *a, const B *b, Output *output,
                                const Function &function) {
  for (int32_t i = 0; i < shape.extents[0]; ++i)
    for (int32_t j = 0; j < shape.extents[1]; ++j)
      for (int32_t k = 0; k < shape.extents[2]; ++k) {
        const A *from_a =
            a + i * shape.a_strides[0] + j * shape.a_strides[1] + k * shape.a_strides[2];
        const B *from_b =
            b + i * shape.b_strides[0] + j * shape.b_strides[1] + k * shape.b_strides[2];
        for (int32_t l = 0; l < shape.extents[3]; ++l) {
          *output++ = function(*from_a, *from_b);
          from_a += shape.a_strides[3];
          from_b += shape.b_strides[3];
        }
      }
}

}  // namespace smelt

#endif
