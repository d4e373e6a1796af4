// SPDX-License-Identifier: Apache-2.0
//
// Sums of all elements up to each one along an axis. Integers wrap around.
#ifndef SMELT_CUM_SUM_H
#define SMELT_CUM_SUM_H

#include "smelt/reduce.h"

namespace smelt {

/// Input and output as [outer][count][inner].
struct cum_sum_layer {
  int32_t outer, count, inner;
  int32_t exclusive;  ///< 1: the element itself is not in its sum
  int32_t reverse;    ///< 1: from the last element on
};

template <typename T>
SMELT_INLINE void cum_sum(const cum_sum_layer &constants, const T *input, T *output) {
  using total = typename wrapping<T>::type;
  const cum_sum_layer layer = load(&constants);
  for (int32_t i = 0; i < layer.outer; ++i)
    for (int32_t j = 0; j < layer.inner; ++j) {
      total sum = 0;
      for (int32_t k = 0; k < layer.count; ++k) {
        const int32_t place = layer.reverse ? layer.count - 1 - k : k;
        const int32_t at = (i * layer.count + place) * layer.inner + j;
        const total before = sum;
        sum += static_cast<total>(input[at]);
        output[at] = static_cast<T>(layer.exclusive ? before : sum);
      }
    }
}

}  // namespace smelt

#endif
