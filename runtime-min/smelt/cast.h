// SPDX-License-Identifier: Apache-2.0
//
// Elements of one type as another, without regard to scales. Kernels are named by the output's
// type and take any input.
#ifndef SMELT_CAST_H
#define SMELT_CAST_H

#include "smelt/unary.h"

namespace smelt {

using cast_layer = unary_layer;

using cast_f32_layer = cast_layer;
using cast_s8_layer = cast_layer;
using cast_u8_layer = cast_layer;
using cast_s16_layer = cast_layer;
using cast_s32_layer = cast_layer;
using cast_s64_layer = cast_layer;
using cast_bool_layer = cast_layer;

/// Integers wrap, as static_cast does.
template <typename Output, typename Input>
SMELT_INLINE Output cast_element(Input x, const Output *) {
  return static_cast<Output>(x);
}

/// Floats lose their fraction and saturate; NaN becomes 0.
template <typename Output>
SMELT_INLINE Output cast_element(float x, const Output *) {
  const bool is_signed = static_cast<Output>(-1) < static_cast<Output>(0);
  const int bits = 8 * static_cast<int>(sizeof(Output)) - (is_signed ? 1 : 0);
  // 2^bits, the least float that is too large.
  const float end = 2.0F * static_cast<float>(uint64_t{1} << (bits - 1));
  const Output max = static_cast<Output>((uint64_t{1} << (bits - 1)) * 2 - 1);
  if (x >= end) return max;
  if (x > (is_signed ? -end : 0.0F)) return static_cast<Output>(x);
  return x < 0 && is_signed ? static_cast<Output>(-max - 1) : static_cast<Output>(0);
}

SMELT_INLINE float cast_element(float x, const float *) {
  return x;
}

template <typename Input, typename Output>
SMELT_INLINE void cast(const cast_layer &constants, const Input *input, Output *output) {
  const int32_t count = load(&constants).count;
  for_each_element(count, input, output,
                   [&](Input x) { return cast_element(x, static_cast<const Output *>(output)); });
}

template <typename Input>
SMELT_KERNEL void cast_f32(const cast_f32_layer &layer, const Input *input, float *output) {
  cast(layer, input, output);
}

template <typename Input>
SMELT_KERNEL void cast_s8(const cast_s8_layer &layer, const Input *input, int8_t *output) {
  cast(layer, input, output);
}

template <typename Input>
SMELT_KERNEL void cast_u8(const cast_u8_layer &layer, const Input *input, uint8_t *output) {
  cast(layer, input, output);
}

template <typename Input>
SMELT_KERNEL void cast_s16(const cast_s16_layer &layer, const Input *input, int16_t *output) {
  cast(layer, input, output);
}

template <typename Input>
SMELT_KERNEL void cast_s32(const cast_s32_layer &layer, const Input *input, int32_t *output) {
  cast(layer, input, output);
}

template <typename Input>
SMELT_KERNEL void cast_s64(const cast_s64_layer &layer, const Input *input, int64_t *output) {
  cast(layer, input, output);
}

/// 1 for elements other than 0.
template <typename Input>
SMELT_KERNEL void cast_bool(const cast_bool_layer &constants, const Input *input, uint8_t *output) {
  const int32_t count = load(&constants).count;
  for_each_element(count, input, output, [](Input x) { return static_cast<uint8_t>(x != 0); });
}

}  // namespace smelt

#endif
