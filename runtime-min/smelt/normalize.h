// SPDX-License-Identifier: Apache-2.0
//
// Groups of elements brought to a common size. Dimensions are kept or normalized over, as in
// smelt/reduce.h; all elements that share their place in the kept dimensions are a group:
//   normalize          y = (x - mean) / sqrt(variance + epsilon)
//   l1_normalize       y = x / sum |x|          l2_normalize   y = x / sqrt(sum x^2)
//   inverse_deviation  y = 1 / sqrt(variance + epsilon), one per group
// Groups of zeros stay zeros. The output may overwrite the input.
#ifndef SMELT_NORMALIZE_H
#define SMELT_NORMALIZE_H

#include "smelt/libc.h"
#include "smelt/runtime.h"

namespace smelt {

struct normalize_f32_layer {
  int32_t kept[3], kept_strides[3];
  int32_t reduced[3], reduced_strides[3];
  float count;    ///< elements of a group
  float epsilon;  ///< added to the variance
};

/// What a group becomes: (x - centre) * factor.
struct normal_form {
  float centre, factor;
};

/// Calls visit(offset) for every element of the group that starts at `first`.
template <typename Visit>
SMELT_INLINE void for_group(const normalize_f32_layer &layer, int32_t first, const Visit &visit) {
  for (int32_t i = 0; i < layer.reduced[0]; ++i)
    for (int32_t j = 0; j < layer.reduced[1]; ++j)
      for (int32_t k = 0; k < layer.reduced[2]; ++k)
        visit(first + i * layer.reduced_strides[0] + j * layer.reduced_strides[1] +
              k * layer.reduced_strides[2]);
}

/// Calls visit(offset) for the first element of every group.
template <typename Visit>
SMELT_INLINE void for_each_group(const normalize_f32_layer &layer, const Visit &visit) {
  for (int32_t i = 0; i < layer.kept[0]; ++i)
    for (int32_t j = 0; j < layer.kept[1]; ++j)
      for (int32_t k = 0; k < layer.kept[2]; ++k)
        visit(i * layer.kept_strides[0] + j * layer.kept_strides[1] + k * layer.kept_strides[2]);
}

SMELT_INLINE normal_form standard_form(const normalize_f32_layer &layer, const float *input,
                                       int32_t first) {
  float sum = 0, squares = 0;
  for_group(layer, first, [&](int32_t at) { sum += input[at]; });
  const float mean = sum / layer.count;
  for_group(layer, first, [&](int32_t at) { squares += (input[at] - mean) * (input[at] - mean); });
  const float spread = sqrtf(squares / layer.count + layer.epsilon);
  return {mean, spread > 0 ? 1.0F / spread : 0};
}

SMELT_INLINE normal_form l1_form(const normalize_f32_layer &layer, const float *input,
                                 int32_t first) {
  float sum = 0;
  for_group(layer, first, [&](int32_t at) { sum += fabsf(input[at]); });
  return {0, sum > 0 ? 1.0F / sum : 0};
}

SMELT_INLINE normal_form l2_form(const normalize_f32_layer &layer, const float *input,
                                 int32_t first) {
  float squares = 0;
  for_group(layer, first, [&](int32_t at) { squares += input[at] * input[at]; });
  const float norm = sqrtf(squares);
  return {0, norm > 0 ? 1.0F / norm : 0};
}

template <typename Form>
SMELT_INLINE void normalize_groups(const normalize_f32_layer &constants, const float *input,
                                   float *output, const Form &form_of) {
  const normalize_f32_layer layer = load(&constants);
  for_each_group(layer, [&](int32_t first) {
    const normal_form form = form_of(layer, input, first);
    for_group(layer, first,
              [&](int32_t at) { output[at] = (input[at] - form.centre) * form.factor; });
  });
}

static inline SMELT_KERNEL void normalize_f32(const normalize_f32_layer &layer, const float *input,
                                              float *output) {
  normalize_groups(layer, input, output, standard_form);
}

static inline SMELT_KERNEL void l1_normalize_f32(const normalize_f32_layer &layer,
                                                 const float *input, float *output) {
  normalize_groups(layer, input, output, l1_form);
}

static inline SMELT_KERNEL void l2_normalize_f32(const normalize_f32_layer &layer,
                                                 const float *input, float *output) {
  normalize_groups(layer, input, output, l2_form);
}

static inline SMELT_KERNEL void inverse_deviation_f32(const normalize_f32_layer &constants,
                                                      const float *input, float *output) {
  const normalize_f32_layer layer = load(&constants);
  for_each_group(layer,
                 [&](int32_t first) { *output++ = standard_form(layer, input, first).factor; });
}

}  // namespace smelt

#endif
