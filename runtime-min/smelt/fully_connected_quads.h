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
  quad_stage output;
};

/// The sum of inputs, each more by the core's offset.
template <typename Core>
__attribute__((noinline)) int32_t sum_inputs(const int8_t *input, int count) {
  using Shifted = typename Core::input;
  int32_t sum = 0;
  for (int i = 0; i < count; ++i) sum += static_cast<Shifted>(input[i] + Core::input_offset);
  return sum;
}

/// Adds the products of any number of inputs to four sums.
template <typename Core>
__attribute__((noinline)) void dot_inputs(const int8_t *input, const uint8_t *weights, int count,
                                          int32_t *sums) {
  const int whole = count - count % quad;
  if (whole > 0) Core::dot_input(input, weights, whole, sums);
  dot_quads(input + whole, Core::input_offset, weights + whole * quad, count - whole, sums);
}

template <typename Core>
__attribute__((noinline)) void fully_connected_quads(const fully_connected_quads_layer &constants,
                                                     const int8_t *input, int8_t *output) {
  const fully_connected_quads_layer &layer = layer_of(constants);
  const int inputs = static_cast<int>(layer.inputs), outputs = static_cast<int>(layer.outputs);
  for (int32_t row = 0; row < layer.rows; ++row) {
    for_each_quad<Core>(layer.output, 0, outputs, layer.weights, inputs * quad,
                        sum_inputs<Core>(input, inputs) * byte_offset, output,
                        [&](const uint8_t *quads, int32_t *sums) __attribute__((always_inline)) {
                          dot_inputs<Core>(input, quads, inputs, sums);
                        });
    input += inputs;
    output += outputs;
  }
}

/// Adds the products of one of `rows` equal parts of the inputs to a sum per output, in whole
/// quads; the last makes outputs of them.
template <typename Core>
SMELT_INLINE void fully_connected_quads_collect(const fully_connected_quads_layer &layer,
                                                int32_t row, int32_t rows, const int8_t *input,
                                                int8_t *output, int32_t *sums) {
  const int inputs = static_cast<int>(layer.inputs), outputs = static_cast<int>(layer.outputs);
  const int count = static_cast<int>(layer.inputs / rows);
  const int32_t correction = sum_inputs<Core>(input, count) * byte_offset;
  const uint8_t *weights = layer.weights + row * count * quad;
  if (row == 0) start_sums(layer.output.bias, outputs, 0, sums);
  for (int i = 0; i < outputs; ++i) sums[i] -= correction;
  for (int i = 0; i < outputs; i += quad, weights += inputs * quad)
    dot_inputs<Core>(input, weights, count, sums + i);
  if (row + 1 == rows) Core::finish(layer.output, 0, outputs, sums, output);
}

}  // namespace smelt

#endif
