// SPDX-License-Identifier: Apache-2.0
//
// Where along an axis the k largest or smallest elements stand, best first; of equals, the first
// comes first. Each is searched anew, which needs no memory.
#ifndef SMELT_TOP_K_H
#define SMELT_TOP_K_H

#include "smelt/arg.h"

namespace smelt {

/// The input as [outer][count][inner], the output as [outer][k][inner].
struct top_k_layer {
  int32_t outer, count, inner;
  int32_t k;
};

/// The best of a column that comes after `previous`, -1 being before all; `previous` if none does,
/// which only elements that are no numbers can bring about.
template <typename Order, typename T>
SMELT_INLINE int32_t next_best(const top_k_layer &layer, const T *column, int32_t previous) {
  int32_t best = -1;
  for (int32_t i = 0; i < layer.count; ++i) {
    const T x = column[i * layer.inner];
    const T last = column[(previous < 0 ? 0 : previous) * layer.inner];
    const bool comes_after =
        previous < 0 || Order::beats(last, x) || (i > previous && !Order::beats(x, last));
    if (comes_after && (best < 0 || Order::beats(x, column[best * layer.inner]))) best = i;
  }
  return best >= 0 ? best : previous < 0 ? 0 : previous;
}

template <typename Order, typename T, typename Index>
SMELT_INLINE void top_k(const top_k_layer &constants, const T *input, Index *output) {
  const top_k_layer layer = load(&constants);
  for (int32_t o = 0; o < layer.outer; ++o) {
    for (int32_t j = 0; j < layer.inner; ++j) {
      int32_t place = -1;
      for (int32_t i = 0; i < layer.k; ++i) {
        place = next_best<Order>(layer, input + j, place);
        output[i * layer.inner + j] = place;
      }
    }
    input += layer.count * layer.inner;
    output += layer.k * layer.inner;
  }
}

/// T is the input's type, Index int32_t or int64_t.
template <typename T, typename Index>
SMELT_INLINE void top_k_largest(const top_k_layer &layer, const T *input, Index *output) {
  top_k<arg_greater>(layer, input, output);
}

template <typename T, typename Index>
SMELT_INLINE void top_k_smallest(const top_k_layer &layer, const T *input, Index *output) {
  top_k<arg_less>(layer, input, output);
}

}  // namespace smelt

#endif
