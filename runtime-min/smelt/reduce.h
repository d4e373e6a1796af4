// SPDX-License-Identifier: Apache-2.0
//
// Sums and means over any axes. Up to three dimensions are kept and three reduced, outermost first,
// each with its stride in the input; unused ones have extent 1. The output is contiguous.
// Quantized integers: sum of the raw inputs, minus zero point times count, requantized (the divisor
// of a mean is in the multiplier).
#ifndef SMELT_REDUCE_H
#define SMELT_REDUCE_H

#include "smelt/fixed_point.h"
#include "smelt/runtime.h"

namespace smelt {

struct reduce_layer {
  int32_t kept[3], kept_strides[3];
  int32_t reduced[3], reduced_strides[3];
  int32_t bias;  ///< minus zero point times count
  int32_t multiplier, shift;
  int32_t zero_point;
};

struct reduce_f32_layer {
  int32_t kept[3], kept_strides[3];
  int32_t reduced[3], reduced_strides[3];
  float divisor;  ///< 1 for a sum
};

/// Of a reduction without numbers of its own.
struct reduction_layer {
  int32_t kept[3], kept_strides[3];
  int32_t reduced[3], reduced_strides[3];
};

/// function(x) for every input that becomes one output element, the first being at `input`.
template <typename Layer, typename T, typename Function>
SMELT_INLINE void for_each_reduced(const Layer &layer, const T *input, const Function &function) {
  for (int32_t i = 0; i < layer.reduced[0]; ++i)
    for (int32_t j = 0; j < layer.reduced[1]; ++j) {
      const T *run = input + i * layer.reduced_strides[0] + j * layer.reduced_strides[1];
      for (int32_t k = 0; k < layer.reduced[2]; ++k) function(run[k * layer.reduced_strides[2]]);
    }
}

/// Output elements are function(input), with the first input that belongs to them.
template <typename Layer, typename T, typename Output, typename Function>
SMELT_INLINE void for_each_kept(const Layer &layer, const T *input, Output *output,
                                const Function &function) {
  for (int32_t i = 0; i < layer.kept[0]; ++i)
    for (int32_t j = 0; j < layer.kept[1]; ++j)
      for (int32_t k = 0; k < layer.kept[2]; ++k)
        *output++ = function(input + i * layer.kept_strides[0] + j * layer.kept_strides[1] +
                             k * layer.kept_strides[2]);
}

template <typename T, int32_t min, int32_t max>
struct reduce_quantized {
  using value = T;
  using sum = int32_t;
  static SMELT_INLINE sum start(const reduce_layer &layer) { return layer.bias; }
  static SMELT_INLINE value finish(const reduce_layer &layer, sum total) {
    const int32_t scaled = requantize(total, layer.multiplier, layer.shift);
    // Clamped before the zero point is added: the sum of both could leave 32 bits.
    return static_cast<T>(clamp(scaled, min - layer.zero_point, max - layer.zero_point) +
                          layer.zero_point);
  }
};

struct reduce_real {
  using value = float;
  using sum = float;
  static SMELT_INLINE sum start(const reduce_f32_layer &) { return 0; }
  static SMELT_INLINE value finish(const reduce_f32_layer &layer, sum total) {
    return total / layer.divisor;
  }
};

/// Integers without a scale wrap around, as unsigned numbers may.
template <typename T>
struct wrapping {
  using type = T;
};
template <>
struct wrapping<int32_t> {
  using type = uint32_t;
};
template <>
struct wrapping<int64_t> {
  using type = uint64_t;
};

template <typename T>
struct reduce_integer {
  using value = T;
  using sum = typename wrapping<T>::type;
  static SMELT_INLINE sum start(const reduction_layer &) { return 0; }
  static SMELT_INLINE value finish(const reduction_layer &, sum total) {
    return static_cast<T>(total);
  }
};

template <typename Number, typename Layer>
SMELT_INLINE void reduce(const Layer &constants, const typename Number::value *input,
                         typename Number::value *output) {
  using value = typename Number::value;
  using sum = typename Number::sum;
  const Layer layer = load(&constants);
  for_each_kept(layer, input, output, [&](const value *from) {
    sum total = Number::start(layer);
    for_each_reduced(layer, from, [&](value x) { total += static_cast<sum>(x); });
    return Number::finish(layer, total);
  });
}

/// Adds one of `rows` rows of the input, to which the layer's dimensions apply, to a sum per
/// output; the last makes outputs of them.
template <typename Number, typename Layer>
SMELT_INLINE void reduce_collect(const Layer &layer, int32_t row, int32_t rows,
                                 const typename Number::value *input,
                                 typename Number::value *output, typename Number::sum *sums) {
  using value = typename Number::value;
  using sum = typename Number::sum;
  for_each_kept(layer, input, sums, [&](const value *from) {
    sum total = row == 0 ? Number::start(layer) : *sums;
    for_each_reduced(layer, from, [&](value x) { total += static_cast<sum>(x); });
    if (row + 1 == rows) *output++ = Number::finish(layer, total);
    ++sums;
    return total;
  });
}

static inline SMELT_KERNEL void reduce_s8(const reduce_layer &layer, const int8_t *input,
                                          int8_t *output) {
  reduce<reduce_quantized<int8_t, -128, 127>>(layer, input, output);
}

static inline SMELT_KERNEL void reduce_s8_collect(const reduce_layer &layer, int32_t row,
                                                  int32_t rows, const int8_t *input, int8_t *output,
                                                  int32_t *sums) {
  reduce_collect<reduce_quantized<int8_t, -128, 127>>(load(&layer), row, rows, input, output, sums);
}

static inline SMELT_KERNEL void reduce_u8(const reduce_layer &layer, const uint8_t *input,
                                          uint8_t *output) {
  reduce<reduce_quantized<uint8_t, 0, 255>>(layer, input, output);
}

static inline SMELT_KERNEL void reduce_u8_collect(const reduce_layer &layer, int32_t row,
                                                  int32_t rows, const uint8_t *input,
                                                  uint8_t *output, int32_t *sums) {
  reduce_collect<reduce_quantized<uint8_t, 0, 255>>(load(&layer), row, rows, input, output, sums);
}

static inline SMELT_KERNEL void reduce_s16(const reduce_layer &layer, const int16_t *input,
                                           int16_t *output) {
  reduce<reduce_quantized<int16_t, -32768, 32767>>(layer, input, output);
}

static inline SMELT_KERNEL void reduce_s16_collect(const reduce_layer &layer, int32_t row,
                                                   int32_t rows, const int16_t *input,
                                                   int16_t *output, int32_t *sums) {
  reduce_collect<reduce_quantized<int16_t, -32768, 32767>>(load(&layer), row, rows, input, output,
                                                           sums);
}

static inline SMELT_KERNEL void reduce_f32(const reduce_f32_layer &layer, const float *input,
                                           float *output) {
  reduce<reduce_real>(layer, input, output);
}

static inline SMELT_KERNEL void reduce_f32_collect(const reduce_f32_layer &layer, int32_t row,
                                                   int32_t rows, const float *input, float *output,
                                                   float *sums) {
  reduce_collect<reduce_real>(load(&layer), row, rows, input, output, sums);
}

static inline SMELT_KERNEL void reduce_s32(const reduction_layer &layer, const int32_t *input,
                                           int32_t *output) {
  reduce<reduce_integer<int32_t>>(layer, input, output);
}

static inline SMELT_KERNEL void reduce_s64(const reduction_layer &layer, const int64_t *input,
                                           int64_t *output) {
  reduce<reduce_integer<int64_t>>(layer, input, output);
}

}  // namespace smelt

#endif
