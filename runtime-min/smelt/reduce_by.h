// SPDX-License-Identifier: Apache-2.0
//
// Reductions over any axes other than sum and mean: extremes, products, norms and logarithms of
// sums (ONNX's ReduceMax to ReduceSumSquare). Integers without a scale wrap around.
#ifndef SMELT_REDUCE_BY_H
#define SMELT_REDUCE_BY_H

#include "smelt/libc.h"
#include "smelt/reduce.h"

namespace smelt {

/// Combines what belongs to one output: total = function(total, x), beginning with `start`.
template <typename T, typename Total, typename Function>
SMELT_INLINE Total reduced(const reduction_layer &layer, const T *from, Total start,
                           const Function &function) {
  Total total = start;
  for_each_reduced(layer, from, [&](T x) { total = function(total, x); });
  return total;
}

template <typename T>
SMELT_INLINE T largest_of(const reduction_layer &layer, const T *from) {
  return reduced(layer, from, *from, [](T best, T x) { return x > best ? x : best; });
}

template <typename T>
SMELT_INLINE void reduce_max(const reduction_layer &constants, const T *input, T *output) {
  const reduction_layer layer = load(&constants);
  for_each_kept(layer, input, output, [&](const T *from) { return largest_of(layer, from); });
}

template <typename T>
SMELT_INLINE void reduce_min(const reduction_layer &constants, const T *input, T *output) {
  const reduction_layer layer = load(&constants);
  for_each_kept(layer, input, output, [&](const T *from) {
    return reduced(layer, from, *from, [](T best, T x) { return x < best ? x : best; });
  });
}

/// Sums up or multiplies function(total, x) in the type that may wrap.
template <typename T, typename Function>
SMELT_INLINE void reduce_wrapping(const reduction_layer &constants, const T *input, T *output,
                                  int32_t start, const Function &function) {
  using total = typename wrapping<T>::type;
  const reduction_layer layer = load(&constants);
  for_each_kept(layer, input, output, [&](const T *from) {
    return static_cast<T>(reduced(layer, from, static_cast<total>(start), function));
  });
}

template <typename T>
SMELT_INLINE void reduce_prod(const reduction_layer &layer, const T *input, T *output) {
  using total = typename wrapping<T>::type;
  reduce_wrapping(layer, input, output, 1,
                  [](total product, T x) { return product * static_cast<total>(x); });
}

template <typename T>
SMELT_INLINE void reduce_l1(const reduction_layer &layer, const T *input, T *output) {
  using total = typename wrapping<T>::type;
  reduce_wrapping(layer, input, output, 0, [](total sum, T x) {
    return x < 0 ? sum - static_cast<total>(x) : sum + static_cast<total>(x);
  });
}

template <typename T>
SMELT_INLINE void reduce_sum_square(const reduction_layer &layer, const T *input, T *output) {
  using total = typename wrapping<T>::type;
  reduce_wrapping(layer, input, output, 0, [](total sum, T x) {
    return sum + static_cast<total>(x) * static_cast<total>(x);
  });
}

// Some C libraries have the functions of float as others of double, which is float there.

static inline SMELT_KERNEL void reduce_l2(const reduction_layer &constants, const float *input,
                                          float *output) {
  const reduction_layer layer = load(&constants);
  for_each_kept(layer, input, output, [&](const float *from) -> float {
    return sqrtf(reduced(layer, from, 0.0F, [](float sum, float x) { return sum + x * x; }));
  });
}

static inline SMELT_KERNEL void reduce_log_sum(const reduction_layer &constants, const float *input,
                                               float *output) {
  const reduction_layer layer = load(&constants);
  for_each_kept(layer, input, output, [&](const float *from) -> float {
    return logf(reduced(layer, from, 0.0F, [](float sum, float x) { return sum + x; }));
  });
}

/// max + log(sum(exp(x - max))): no exponential overflows.
static inline SMELT_KERNEL void reduce_log_sum_exp(const reduction_layer &constants,
                                                   const float *input, float *output) {
  const reduction_layer layer = load(&constants);
  for_each_kept(layer, input, output, [&](const float *from) -> float {
    const float max = largest_of(layer, from);
    if (max == infinity || max == -infinity) return max;
    return max + logf(reduced(layer, from, 0.0F,
                              [&](float sum, float x) -> float { return sum + expf(x - max); }));
  });
}

}  // namespace smelt

#endif
