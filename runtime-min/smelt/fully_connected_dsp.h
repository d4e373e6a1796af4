// SPDX-License-Identifier: Apache-2.0
//
// Fully connected layer of 8 bits with the DSP extension: four outputs at a time, inputs widened as
// they are read. As fully_connected_s8 otherwise.
#ifndef SMELT_FULLY_CONNECTED_DSP_H
#define SMELT_FULLY_CONNECTED_DSP_H

#include "smelt/linear_dsp.h"

namespace smelt {

struct fully_connected_s8_dsp_layer {
  int32_t rows, inputs, outputs;
  const int8_t *weights;
  dsp_stage output;
};

/// The outputs of a block, as many as there are.
template <typename Kind, int32_t block>
SMELT_INLINE void dsp_finish(const typename Kind::stage &stage, const dsp_record<block> &record,
                             const int32_t (&sums)[block], int32_t count, int8_t *output) {
  for (int32_t i = 0; i < block; ++i)
    if (i < count)
      output[i] = stage.finish(Kind::sum_of(sums, i), record.multiplier[i], record.shift[i]);
}

template <typename Kind>
SMELT_SHARED void fully_connected_dsp(const fully_connected_s8_dsp_layer &layer,
                                      const int8_t *input, int8_t *output) {
  constexpr int32_t block = Kind::wide_block;
  const typename Kind::stage stage(layer.output);
  for (int32_t row = 0; row < layer.rows; ++row, input += layer.inputs) {
    const int8_t *weights = layer.weights;
    const auto *record = reinterpret_cast<const dsp_record<block> *>(layer.output.records);
    for (int32_t left = layer.outputs; left > 0; left -= block, ++record) {
      int32_t sums[block];
      copy(sums, record->bias, block);
      Kind::add(input, layer.inputs, weights, sums);
      dsp_finish<Kind>(stage, *record, sums, left, output);
      output += left < block ? left : block;
    }
  }
}

/// Adds the products of one of `rows` equal parts of the inputs, of whole words, to a sum per
/// output, of whole blocks; the last makes outputs of them.
template <typename Kind>
SMELT_SHARED void fully_connected_dsp_collect(const fully_connected_s8_dsp_layer &layer,
                                              int32_t row, int32_t rows, const int8_t *input,
                                              int8_t *output, int32_t *all_sums) {
  constexpr int32_t block = Kind::wide_block;
  const typename Kind::stage stage(layer.output);
  const int32_t count = layer.inputs / rows;
  const auto *record = reinterpret_cast<const dsp_record<block> *>(layer.output.records);
  for (int32_t i = 0; i < layer.outputs; i += block, ++record) {
    int32_t sums[block];
    copy(sums, row == 0 ? record->bias : static_cast<const int32_t *>(all_sums + i), block);
    const int8_t *weights = layer.weights + i * layer.inputs + row * count * block;
    Kind::add(input, count, weights, sums);
    if (row + 1 < rows)
      copy(all_sums + i, static_cast<const int32_t *>(sums), block);
    else
      dsp_finish<Kind>(stage, *record, sums, layer.outputs - i, output + i);
  }
}

static inline void fully_connected_s8_dsp(const fully_connected_s8_dsp_layer &layer,
                                          const int8_t *input, int8_t *output) {
  fully_connected_dsp<dsp_pairs>(layer, input, output);
}

static inline void fully_connected_s8_dsp_collect(const fully_connected_s8_dsp_layer &layer,
                                                  int32_t row, int32_t rows, const int8_t *input,
                                                  int8_t *output, int32_t *sums) {
  fully_connected_dsp_collect<dsp_pairs>(layer, row, rows, input, output, sums);
}

static inline void fully_connected_s8_dsp_general(const fully_connected_s8_dsp_layer &layer,
                                                  const int8_t *input, int8_t *output) {
  fully_connected_dsp<dsp_general>(layer, input, output);
}

static inline void fully_connected_s8_dsp_general_collect(const fully_connected_s8_dsp_layer &layer,
                                                          int32_t row, int32_t rows,
                                                          const int8_t *input, int8_t *output,
                                                          int32_t *sums) {
  fully_connected_dsp_collect<dsp_general>(layer, row, rows, input, output, sums);
}

}  // namespace smelt

#endif
