// SPDX-License-Identifier: Apache-2.0
//
// Softmax over rows of `depth` elements: exp(beta * (x - largest)) / sum of these. Integers follow
// the reference bit for bit: beta times the input's scale is a multiplier, exponentials are Q0,
// their sum is Q12, outputs have scale 1/256 (16 bits: 1/65536) and the type's least value for 0.
// A row is read twice before it is written, so that the output may overwrite the input.
#ifndef SMELT_SOFTMAX_H
#define SMELT_SOFTMAX_H

#include "smelt/fixed_point_functions.h"

namespace smelt {

struct softmax_layer {
  int32_t rows, depth;
  int32_t multiplier, shift;  ///< beta * input scale * 2^26, shift >= 0
  int32_t least_difference;   ///< below, an exponential counts as 0
};

struct softmax_table_layer {
  int32_t rows, depth;
  const int32_t *exponentials;  ///< by largest - x, 0 to 255
};

/// Number formats of outputs: bits of the fraction, and the number that means 0.
struct softmax_to_s8 {
  using value = int8_t;
  static constexpr int32_t bits = 8, zero = -128, max = 127;
};
struct softmax_to_u8 {
  using value = uint8_t;
  static constexpr int32_t bits = 8, zero = 0, max = 255;
};
struct softmax_to_s16 {
  using value = int16_t;
  static constexpr int32_t bits = 16, zero = -32768, max = 32767;
};

/// exp in Q0 of a difference to the largest element, which is not positive.
SMELT_PART int32_t softmax_exponential(const softmax_layer &layer, int32_t difference) {
  if (difference < layer.least_difference) return 0;
  return exp_on_negative<5>(multiply_high(shift_left(difference, layer.shift), layer.multiplier));
}

SMELT_INLINE int32_t softmax_exponential(const softmax_table_layer &layer, int32_t difference) {
  return load(layer.exponentials - difference);
}

/// The share of one exponential in a sum, as an output.
template <typename Output>
SMELT_INLINE typename Output::value softmax_share(fixed_reciprocal inverse, int32_t exponential) {
  const int32_t share = multiply_high(inverse.fraction, exponential);
  const int32_t right = inverse.exponent + 31 - Output::bits;
  // Beyond 31 bits nothing is left, not even a half to round.
  const int32_t scaled = right > 31 ? 0 : divide_by_power(share, right);
  const int32_t max = Output::max;
  return static_cast<typename Output::value>(scaled > max - Output::zero ? max
                                                                         : scaled + Output::zero);
}

template <typename T>
SMELT_INLINE T largest_of(const T *values, int32_t count) {
  T largest = values[0];
  for (int32_t i = 1; i < count; ++i)
    if (values[i] > largest) largest = values[i];
  return largest;
}

template <typename Output, typename Layer, typename T>
SMELT_INLINE void softmax_rows(const Layer &constants, const T *input,
                               typename Output::value *output) {
  const Layer layer = load(&constants);
  for (int32_t row = 0; row < layer.rows; ++row) {
    const int32_t largest = largest_of(input, layer.depth);
    int32_t sum = 0;
    for (int32_t i = 0; i < layer.depth; ++i)
      sum += divide_by_power(softmax_exponential(layer, input[i] - largest), 12);
    const fixed_reciprocal inverse = reciprocal(sum, 12);
    for (int32_t i = 0; i < layer.depth; ++i)
      output[i] = softmax_share<Output>(inverse, softmax_exponential(layer, input[i] - largest));
    input += layer.depth;
    output += layer.depth;
  }
}

static inline SMELT_KERNEL void softmax_s8(const softmax_layer &layer, const int8_t *input,
                                           int8_t *output) {
  softmax_rows<softmax_to_s8>(layer, input, output);
}

static inline SMELT_KERNEL void softmax_u8(const softmax_layer &layer, const uint8_t *input,
                                           uint8_t *output) {
  softmax_rows<softmax_to_u8>(layer, input, output);
}

static inline SMELT_KERNEL void softmax_s8_s16(const softmax_layer &layer, const int8_t *input,
                                               int16_t *output) {
  softmax_rows<softmax_to_s16>(layer, input, output);
}

static inline SMELT_KERNEL void softmax_table_s8(const softmax_table_layer &layer,
                                                 const int8_t *input, int8_t *output) {
  softmax_rows<softmax_to_s8>(layer, input, output);
}

static inline SMELT_KERNEL void softmax_table_u8(const softmax_table_layer &layer,
                                                 const uint8_t *input, uint8_t *output) {
  softmax_rows<softmax_to_u8>(layer, input, output);
}

static inline SMELT_KERNEL void softmax_table_s8_s16(const softmax_table_layer &layer,
                                                     const int8_t *input, int16_t *output) {
  softmax_rows<softmax_to_s16>(layer, input, output);
}

}  // namespace smelt

#endif
