// SPDX-License-Identifier: Apache-2.0
//
// Operators on the elements of one tensor.
#ifndef SMELT_UNARY_H
#define SMELT_UNARY_H

#include "smelt/runtime.h"

namespace smelt {

/// Layer of a function without numbers of its own.
struct unary_layer {
  int32_t count;
};

template <typename Input, typename Output, typename Function>
SMELT_INLINE void for_each_element(int32_t count, const Input *input, Output *output,
                                   const Function &function) {
  for (int32_t i = 0; i < count; ++i) output[i] = function(input[i]);
}

}  // namespace smelt

#endif
