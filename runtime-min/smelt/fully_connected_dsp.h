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

/// Adds the products of `count` inputs to the sums of four outputs; the last inputs in whole words
/// of weights.
SMELT_INLINE void dsp_sums_4(const int8_t *input, int32_t count, const int8_t *&weights,
                             int32_t (&sums)[4]) {
  const int8_t *const end = input + count;
  while (end - input >= 16) {
    dsp::add_4x1(input, weights, sums);
    dsp::add_4x1(input, weights, sums);
    dsp::add_4x1(input, weights, sums);
    dsp::add_4x1(input, weights, sums);
  }
  while (end - input >= 4) dsp::add_4x1(input, weights, sums);
  if (input == end) return;
  int8_t word[4];
  dsp_rest(input, static_cast<int32_t>(end - input), word);
  const int8_t *rest = word;
  dsp::add_4x1(rest, weights, sums);
}

template <typename Stage>
SMELT_INLINE void dsp_finish_4(const Stage &stage, const dsp_record<4> &record,
                               const int32_t (&sums)[4], int32_t count, int8_t *output) {
  for (int32_t i = 0; i < 4; ++i)
    if (i < count) output[i] = stage.finish(sums[i], record.multiplier[i], record.shift[i]);
}

template <typename Stage>
__attribute__((noinline)) void fully_connected_dsp(const fully_connected_s8_dsp_layer &layer,
                                                   const int8_t *input, int8_t *output) {
  const Stage stage(layer.output);
  for (int32_t row = 0; row < layer.rows; ++row, input += layer.inputs) {
    const int8_t *weights = layer.weights;
    const auto *record = reinterpret_cast<const dsp_record<4> *>(layer.output.records);
    for (int32_t left = layer.outputs; left > 0; left -= 4, ++record) {
      int32_t sums[4] = {record->bias[0], record->bias[1], record->bias[2], record->bias[3]};
      dsp_sums_4(input, layer.inputs, weights, sums);
      dsp_finish_4(stage, *record, sums, left, output);
      output += left < 4 ? left : 4;
    }
  }
}

/// Adds the products of one of `rows` equal parts of the inputs, of whole words, to a sum per
/// output, of whole blocks; the last makes outputs of them.
template <typename Stage>
__attribute__((noinline)) void fully_connected_dsp_collect(
    const fully_connected_s8_dsp_layer &layer, int32_t row, int32_t rows, const int8_t *input,
    int8_t *output, int32_t *all_sums) {
  const Stage stage(layer.output);
  const int32_t count = layer.inputs / rows;
  const auto *record = reinterpret_cast<const dsp_record<4> *>(layer.output.records);
  for (int32_t i = 0; i < layer.outputs; i += 4, ++record) {
    int32_t sums[4];
    copy(sums, row == 0 ? record->bias : all_sums + i, 4);
    const int8_t *weights = layer.weights + i * layer.inputs + row * count * 4;
    dsp_sums_4(input, count, weights, sums);
    if (row + 1 < rows)
      copy(all_sums + i, static_cast<const int32_t *>(sums), 4);
    else
      dsp_finish_4(stage, *record, sums, layer.outputs - i, output + i);
  }
}

static inline void fully_connected_s8_dsp(const fully_connected_s8_dsp_layer &layer,
                                          const int8_t *input, int8_t *output) {
  fully_connected_dsp<dsp_narrow>(layer, input, output);
}

static inline void fully_connected_s8_dsp_collect(const fully_connected_s8_dsp_layer &layer,
                                                  int32_t row, int32_t rows, const int8_t *input,
                                                  int8_t *output, int32_t *sums) {
  fully_connected_dsp_collect<dsp_narrow>(layer, row, rows, input, output, sums);
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
