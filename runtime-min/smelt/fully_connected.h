// SPDX-License-Identifier: Apache-2.0
//
// Fully connected layer: [rows][inputs] times weights [outputs][inputs].
#ifndef SMELT_FULLY_CONNECTED_H
#define SMELT_FULLY_CONNECTED_H

#include "smelt/number.h"

namespace smelt {

template <typename Number>
struct fully_connected_layer {
  int32_t rows, inputs, outputs;
  const typename Number::stored *weights;
  typename Number::wide weights_zero_point;  ///< 0 but for unsigned weights
  typename Number::output output;
};

using fully_connected_s8_layer = fully_connected_layer<s8>;
using fully_connected_u8_layer = fully_connected_layer<u8>;
using fully_connected_f32_layer = fully_connected_layer<f32>;

template <typename Number>
SMELT_INLINE void fully_connected(const fully_connected_layer<Number> &constants,
                                  const typename Number::value *input,
                                  typename Number::value *output) {
  const fully_connected_layer<Number> layer = load(&constants);
  for (int32_t row = 0; row < layer.rows; ++row)
    dot_rows<Number>(input + row * layer.inputs, layer.weights, Number::row(layer.inputs),
                     layer.inputs, layer.weights_zero_point, layer.output, 0, layer.outputs,
                     output + row * layer.outputs);
}

/// Adds the products of one of `rows` equal parts of the inputs to a sum per output; the last makes
/// outputs of them.
template <typename Number>
SMELT_INLINE void fully_connected_collect(const fully_connected_layer<Number> &layer, int32_t row,
                                          int32_t rows, const typename Number::value *input,
                                          typename Number::value *output,
                                          typename Number::sum *sums) {
  const int32_t count = layer.inputs / rows, pitch = Number::row(layer.inputs);
  const typename Number::stored *weights = layer.weights + Number::row(row * count);
  if (row == 0)
    for (int32_t i = 0; i < layer.outputs; ++i) sums[i] = Number::start(layer.output, i);
  int32_t i = 0;
  for (; i + 4 <= layer.outputs; i += 4, weights += 4 * pitch)
    dot_4<Number>(input, weights, pitch, count, layer.weights_zero_point, sums + i);
  for (; i < layer.outputs; ++i, weights += pitch)
    sums[i] = dot_1<Number>(input, weights, count, layer.weights_zero_point, sums[i]);
  if (row + 1 < rows) return;
  for (i = 0; i < layer.outputs; ++i) output[i] = Number::finish(layer.output, i, sums[i]);
}

static inline SMELT_KERNEL void fully_connected_s8(const fully_connected_s8_layer &layer,
                                                   const int8_t *input, int8_t *output) {
  fully_connected<s8>(layer, input, output);
}

static inline SMELT_KERNEL void fully_connected_s8_collect(const fully_connected_s8_layer &layer,
                                                           int32_t row, int32_t rows,
                                                           const int8_t *input, int8_t *output,
                                                           int32_t *sums) {
  fully_connected_collect<s8>(load(&layer), row, rows, input, output, sums);
}

static inline SMELT_KERNEL void fully_connected_u8(const fully_connected_u8_layer &layer,
                                                   const uint8_t *input, uint8_t *output) {
  fully_connected<u8>(layer, input, output);
}

static inline SMELT_KERNEL void fully_connected_u8_collect(const fully_connected_u8_layer &layer,
                                                           int32_t row, int32_t rows,
                                                           const uint8_t *input, uint8_t *output,
                                                           int32_t *sums) {
  fully_connected_collect<u8>(load(&layer), row, rows, input, output, sums);
}

static inline SMELT_KERNEL void fully_connected_f32(const fully_connected_f32_layer &layer,
                                                    const float *input, float *output) {
  fully_connected<f32>(layer, input, output);
}

static inline SMELT_KERNEL void fully_connected_f32_collect(const fully_connected_f32_layer &layer,
                                                            int32_t row, int32_t rows,
                                                            const float *input, float *output,
                                                            float *sums) {
  fully_connected_collect<f32>(load(&layer), row, rows, input, output, sums);
}

}  // namespace smelt

#endif
