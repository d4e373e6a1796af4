// SPDX-License-Identifier: Apache-2.0
//
// Sums and means over any axes. Up to three dimensions are kept and three summed over, outermost
// first, each with its stride in the input; unused ones have extent 1. The output is contiguous.
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

struct reduce_s32_layer {
  int32_t kept[3], kept_strides[3];
  int32_t reduced[3], reduced_strides[3];
};

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

/// Sums wrap around, as unsigned numbers may.
struct reduce_integer {
  using value = int32_t;
  using sum = uint32_t;
  static SMELT_INLINE sum start(const reduce_s32_layer &) { return 0; }
  static SMELT_INLINE value finish(const reduce_s32_layer &, sum total) {
    return static_cast<int32_t>(total);
  }
};

/// The sum of what becomes one output element, starting at `input`.
template <typename Number, typename Layer>
SMELT_INLINE typename Number::sum reduce_sum(const Layer &layer,
                                             const typename Number::value *input) {
  typename Number::sum total = Number::start(layer);
  for (int32_t i = 0; i < layer.reduced[0]; ++i)
    for (int32_t j = 0; j < layer.reduced[1]; ++j) {
      const typename Number::value *run =
          input + i * layer.reduced_strides[0] + j * layer.reduced_strides[1];
      for (int32_t k = 0; k < layer.reduced[2]; ++k)
        total += static_cast<typename Number::sum>(run[k * layer.reduced_strides[2]]);
    }
  return total;
}

template <typename Number, typename Layer>
SMELT_INLINE void reduce(const Layer &constants, const typename Number::value *input,
                         typename Number::value *output) {
  const Layer layer = load(&constants);
  for (int32_t i = 0; i < layer.kept[0]; ++i)
    for (int32_t j = 0; j < layer.kept[1]; ++j)
      for (int32_t k = 0; k < layer.kept[2]; ++k) {
        const typename Number::value *from = input + i * layer.kept_strides[0] +
                                             j * layer.kept_strides[1] + k * layer.kept_strides[2];
        *output++ = Number::finish(layer, reduce_sum<Number>(layer, from));
      }
}

static inline void reduce_s8(const reduce_layer &layer, const int8_t *input, int8_t *output) {
  reduce<reduce_quantized<int8_t, -128, 127>>(layer, input, output);
}

static inline void reduce_u8(const reduce_layer &layer, const uint8_t *input, uint8_t *output) {
  reduce<reduce_quantized<uint8_t, 0, 255>>(layer, input, output);
}

static inline void reduce_s16(const reduce_layer &layer, const int16_t *input, int16_t *output) {
  reduce<reduce_quantized<int16_t, -32768, 32767>>(layer, input, output);
}

static inline void reduce_f32(const reduce_f32_layer &layer, const float *input, float *output) {
  reduce<reduce_real>(layer, input, output);
}

static inline void reduce_s32(const reduce_s32_layer &layer, const int32_t *input,
                              int32_t *output) {
  reduce<reduce_integer>(layer, input, output);
}

}  // namespace smelt

#endif
