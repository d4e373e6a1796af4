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

static inline void fully_connected_s8(const fully_connected_s8_layer &layer, const int8_t *input,
                                      int8_t *output) {
  fully_connected<s8>(layer, input, output);
}

static inline void fully_connected_u8(const fully_connected_u8_layer &layer, const uint8_t *input,
                                      uint8_t *output) {
  fully_connected<u8>(layer, input, output);
}

static inline void fully_connected_f32(const fully_connected_f32_layer &layer, const float *input,
                                       float *output) {
  fully_connected<f32>(layer, input, output);
}

}  // namespace smelt

#endif
