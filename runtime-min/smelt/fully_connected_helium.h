// SPDX-License-Identifier: Apache-2.0
//
// Fully connected layer of 8 bits with Helium. As fully_connected_s8 otherwise.
#ifndef SMELT_FULLY_CONNECTED_HELIUM_H
#define SMELT_FULLY_CONNECTED_HELIUM_H

#include "smelt/linear_helium.h"

namespace smelt {

struct fully_connected_s8_helium_layer {
  int32_t rows, inputs, outputs;
  const int8_t *weights;  ///< per block of four channels, see arch/helium.h
  helium_stage output;
};

static inline SMELT_SHARED void fully_connected_s8_helium(
    const fully_connected_s8_helium_layer &layer, const int8_t *input, int8_t *output) {
  helium_outputs block(layer.output, layer.inputs, layer.outputs);
  block.constants(layer.weights, layer.output.records);
  for (int32_t row = 0; row < layer.rows; ++row)
    block.single(input + row * layer.inputs, output + row * layer.outputs);
}

/// Adds the products of one of `rows` equal parts of the inputs, of whole vectors, to a sum per
/// output, of whole blocks; the last makes outputs of them.
static inline SMELT_KERNEL void fully_connected_s8_helium_collect(
    const fully_connected_s8_helium_layer &layer, int32_t row, int32_t rows, const int8_t *input,
    int8_t *output, int32_t *all_sums) {
  const helium::block_arguments block = helium_block(layer.output);
  const int32_t count = layer.inputs / rows, pitch = layer.inputs;
  const int32_t *record = layer.output.records;
  for (int32_t i = 0; i < layer.outputs; i += 4, record += helium::record_words) {
    const int32_t channels = layer.outputs - i < 4 ? layer.outputs - i : 4;
    const int8_t *const weights = layer.weights + i * pitch;
    helium::s32x4 sums = channels == 4
                             ? helium::dot_4(input, weights + row * count * 4, count)
                             : helium_rest(input, weights + row * count, pitch, count, channels);
    if (row > 0) sums = helium::add(sums, helium::load_s32(all_sums + i));
    if (row + 1 < rows)
      helium::store_s32(all_sums + i, sums);
    else
      helium::store_bytes(output + i, helium::finish(sums, record, block), channels);
  }
}

}  // namespace smelt

#endif
