// SPDX-License-Identifier: Apache-2.0
//
// Fully connected layer over quads of weights, see smelt/quads.h: [quad of outputs][input][4].
#ifndef SMELT_FULLY_CONNECTED_QUADS_H
#define SMELT_FULLY_CONNECTED_QUADS_H

#include "smelt/quads.h"

namespace smelt {

struct fully_connected_quads_layer {
  int32_t rows, inputs, outputs;
  const uint8_t *weights;  ///< each more by byte_offset
  requantization output;
};

/// The sum of inputs, each more by the core's offset.
template <typename Core>
SMELT_INLINE int32_t sum_inputs(const int8_t *input, int32_t count) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; ++i) sum += input[i];
  return sum + count * Core::input_offset;
}

/// Adds the products of any number of inputs to four sums.
template <typename Core>
SMELT_INLINE void dot_inputs(const int8_t *input, const uint8_t *weights, int32_t count,
                             int32_t *sums) {
  const int32_t whole = count - count % quad;
  if (whole > 0) Core::dot_input(input, weights, whole, sums);
  dot_quads(input + whole, Core::input_offset, weights + whole * quad, count - whole, sums);
}

template <typename Core>
SMELT_INLINE void fully_connected_quads(const fully_connected_quads_layer &constants,
                                        const int8_t *input, int8_t *output) {
  const fully_connected_quads_layer layer = load(&constants);
  for (int32_t row = 0; row < layer.rows; ++row) {
    const int32_t correction = sum_inputs<Core>(input, layer.inputs) * byte_offset;
    const uint8_t *weights = layer.weights;
    for (int32_t k = 0; k < layer.outputs; k += quad, weights += layer.inputs * quad) {
      int32_t sums[quad] = {};
      start_quad(layer.output, k, layer.outputs - k, correction, sums);
      dot_inputs<Core>(input, weights, layer.inputs, sums);
      finish_quad<Core>(layer.output, k, layer.outputs - k, sums, output + k);
    }
    input += layer.inputs;
    output += layer.outputs;
  }
}

/// Adds the products of one of `rows` equal parts of the inputs to a sum per output, in whole
/// quads; the last makes outputs of them.
template <typename Core>
SMELT_INLINE void fully_connected_quads_collect(const fully_connected_quads_layer &layer,
                                                int32_t row, int32_t rows, const int8_t *input,
                                                int8_t *output, int32_t *sums) {
  const int32_t count = layer.inputs / rows;
  const int32_t correction = sum_inputs<Core>(input, count) * byte_offset;
  const uint8_t *weights = layer.weights + row * count * quad;
  for (int32_t k = 0; k < layer.outputs; k += quad, weights += layer.inputs * quad) {
    if (row == 0) start_quad(layer.output, k, layer.outputs - k, 0, sums + k);
    for (int32_t i = 0; i < quad; ++i) sums[k + i] -= correction;
    dot_inputs<Core>(input, weights, count, sums + k);
    if (row + 1 == rows)
      finish_quad<Core>(layer.output, k, layer.outputs - k, sums + k, output + k);
  }
}

}  // namespace smelt

#endif
