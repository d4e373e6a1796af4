// SPDX-License-Identifier: Apache-2.0
//
// Where along an axis the largest or smallest element stands; of equals, the first, or the last.
#ifndef SMELT_ARG_H
#define SMELT_ARG_H

#include "smelt/runtime.h"

namespace smelt {

/// The input as [outer][count][inner], the output as [outer][inner].
struct arg_layer {
  int32_t outer, count, inner;
};

struct arg_greater {
  template <typename T>
  static SMELT_INLINE bool beats(T a, T b) {
    return a > b;
  }
};

struct arg_less {
  template <typename T>
  static SMELT_INLINE bool beats(T a, T b) {
    return a < b;
  }
};

/// An equal one beats those before it.
template <typename Order>
struct arg_last {
  template <typename T>
  static SMELT_INLINE bool beats(T a, T b) {
    return !Order::beats(b, a);
  }
};

template <typename Order, typename T, typename Index>
SMELT_INLINE void arg(const arg_layer &constants, const T *input, Index *output) {
  const arg_layer layer = load(&constants);
  for (int32_t i = 0; i < layer.outer; ++i) {
    for (int32_t j = 0; j < layer.inner; ++j) {
      const T *column = input + j;
      int32_t best = 0;
      for (int32_t k = 1; k < layer.count; ++k)
        if (Order::beats(column[k * layer.inner], column[best * layer.inner])) best = k;
      *output++ = best;
    }
    input += layer.count * layer.inner;
  }
}

/// T is the input's type, Index int32_t or int64_t.
template <typename T, typename Index>
SMELT_INLINE void arg_max(const arg_layer &layer, const T *input, Index *output) {
  arg<arg_greater>(layer, input, output);
}

template <typename T, typename Index>
SMELT_INLINE void arg_min(const arg_layer &layer, const T *input, Index *output) {
  arg<arg_less>(layer, input, output);
}

template <typename T, typename Index>
SMELT_INLINE void arg_max_last(const arg_layer &layer, const T *input, Index *output) {
  arg<arg_last<arg_greater>>(layer, input, output);
}

template <typename T, typename Index>
SMELT_INLINE void arg_min_last(const arg_layer &layer, const T *input, Index *output) {
  arg<arg_last<arg_less>>(layer, input, output);
}

}  // namespace smelt

#endif
