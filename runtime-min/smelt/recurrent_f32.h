// SPDX-License-Identifier: Apache-2.0
//
// Recurrent layers of floats: smelt/recurrent.h has the formulas.
#ifndef SMELT_RECURRENT_F32_H
#define SMELT_RECURRENT_F32_H

#include "smelt/libc.h"
#include "smelt/number.h"
#include "smelt/recurrent.h"

namespace smelt {

enum recurrent_curve : int32_t {
  curve_sigmoid,
  curve_tanh,
  curve_relu,
  curve_affine,
  curve_hard_sigmoid
};

/// A curve with its numbers; alpha and beta are those of the affine function inside.
struct curve_f32 {
  int32_t kind;
  float alpha, beta;
  float clip;  ///< largest magnitude of the argument
};

SMELT_INLINE float apply(const curve_f32 &curve, float argument) {
  const float x = clamp(argument, -curve.clip, curve.clip);
  switch (curve.kind) {
    case curve_sigmoid: return 1.0F / (1.0F + expf(-x));
    case curve_tanh: return tanhf(x);
    case curve_relu: return x > 0 ? x : 0;
    case curve_affine: return curve.alpha * x + curve.beta;
    default: return clamp(curve.alpha * x + curve.beta, 0.0F, 1.0F);
  }
}

struct sequence_rnn_f32_layer {
  sequence_sizes sizes;
  const float *weights;            ///< [unit][input]
  const float *recurrent_weights;  ///< [unit][unit]
  const float *bias;
  curve_f32 curve;
};

struct sequence_gru_f32_layer {
  sequence_sizes sizes;
  const float *weights;            ///< [gate][unit][input]
  const float *recurrent_weights;  ///< [gate][unit][unit]
  const float *bias;               ///< [gate][unit]
  const float *reset_bias;  ///< [unit], of the candidate: it is reset with R h; null: h alone is
  curve_f32 gate, candidate;
};

struct sequence_lstm_f32_layer {
  sequence_sizes sizes;
  const float *weights;            ///< [gate][unit][input]
  const float *recurrent_weights;  ///< [gate][unit][unit]
  const float *bias;               ///< [gate][unit]
  const float *peepholes;          ///< [gate][unit], from the cell to the gates; null: none
  int32_t coupled;                 ///< 1: the forget gate is what the input gate leaves
  curve_f32 gate, candidate, output;
};

/// Adds the products of `count` values with `rows` rows of weights to as many sums.
template <typename Number>
SMELT_INLINE void add_products(const typename Number::value *values,
                               const typename Number::value *weights, int32_t count, int32_t rows,
                               typename Number::sum *sums) {
  const int32_t blocks = rows - rows % 4;
  for (int32_t row = 0; row < blocks; row += 4, weights += 4 * count)
    dot_4<Number>(values, weights, count, count, 0, sums + row);
  for (int32_t row = blocks; row < rows; ++row, weights += count)
    sums[row] = dot_1<Number>(values, weights, count, 0, sums[row]);
}

SMELT_INLINE void load_floats(const float *constants, int32_t count, float *values) {
  for (int32_t i = 0; i < count; ++i) values[i] = load(constants + i);
}

// One step of each cell. `state` begins with the hidden state, then the cell of an LSTM, and has
// room for the sums behind it.

SMELT_INLINE void recurrent_step(const sequence_rnn_f32_layer &layer, const float *input,
                                 float *state) {
  const int32_t units = layer.sizes.units;
  float *hidden = state, *sums = hidden + units;
  load_floats(layer.bias, units, sums);
  add_products<f32>(input, layer.weights, layer.sizes.inputs, units, sums);
  add_products<f32>(hidden, layer.recurrent_weights, units, units, sums);
  for (int32_t unit = 0; unit < units; ++unit) hidden[unit] = apply(layer.curve, sums[unit]);
}

/// The candidate's share of the hidden state; `reset` holds the reset gate's sums.
SMELT_INLINE void add_reset_hidden(const sequence_gru_f32_layer &layer, const float *hidden,
                                   const float *reset, float *candidate, float *part) {
  const int32_t units = layer.sizes.units;
  const float *weights = layer.recurrent_weights + gru_candidate * units * units;
  if (layer.reset_bias) {
    load_floats(layer.reset_bias, units, part);
    add_products<f32>(hidden, weights, units, units, part);
    for (int32_t unit = 0; unit < units; ++unit)
      candidate[unit] += apply(layer.gate, reset[unit]) * part[unit];
  } else {
    for (int32_t unit = 0; unit < units; ++unit)
      part[unit] = apply(layer.gate, reset[unit]) * hidden[unit];
    add_products<f32>(part, weights, units, units, candidate);
  }
}

SMELT_INLINE void recurrent_step(const sequence_gru_f32_layer &layer, const float *input,
                                 float *state) {
  const int32_t units = layer.sizes.units;
  float *hidden = state, *update = hidden + units, *reset = update + units;
  float *candidate = reset + units, *part = candidate + units;
  load_floats(layer.bias, gru_gates * units, update);
  add_products<f32>(input, layer.weights, layer.sizes.inputs, gru_gates * units, update);
  add_products<f32>(hidden, layer.recurrent_weights, units, gru_candidate * units, update);
  add_reset_hidden(layer, hidden, reset, candidate, part);
  for (int32_t unit = 0; unit < units; ++unit) {
    const float kept = apply(layer.gate, update[unit]);
    hidden[unit] = (1.0F - kept) * apply(layer.candidate, candidate[unit]) + kept * hidden[unit];
  }
}

/// The argument of a gate that sees the cell.
SMELT_INLINE float peeped(const sequence_lstm_f32_layer &layer, const float *sums,
                          sequence_lstm_gate gate, int32_t unit, float cell) {
  const int32_t at = gate * layer.sizes.units + unit;
  return layer.peepholes ? sums[at] + load(layer.peepholes + at) * cell : sums[at];
}

SMELT_INLINE void recurrent_step(const sequence_lstm_f32_layer &layer, const float *input,
                                 float *state) {
  const int32_t units = layer.sizes.units, rows = sequence_lstm_gates * units;
  float *hidden = state, *cell = hidden + units, *sums = cell + units;
  load_floats(layer.bias, rows, sums);
  add_products<f32>(input, layer.weights, layer.sizes.inputs, rows, sums);
  add_products<f32>(hidden, layer.recurrent_weights, units, rows, sums);
  for (int32_t unit = 0; unit < units; ++unit) {
    const float old = cell[unit];
    const float taken = apply(layer.gate, peeped(layer, sums, sequence_lstm_input, unit, old));
    const float kept =
        layer.coupled ? 1.0F - taken
                      : apply(layer.gate, peeped(layer, sums, sequence_lstm_forget, unit, old));
    const float candidate = apply(layer.candidate, sums[sequence_lstm_candidate * units + unit]);
    cell[unit] = kept * old + taken * candidate;
    const float gate =
        apply(layer.gate, peeped(layer, sums, sequence_lstm_output, unit, cell[unit]));
    hidden[unit] = gate * apply(layer.output, cell[unit]);
  }
}

// The rows of the output.

template <typename Layer>
SMELT_INLINE void put_hidden(const Layer &layer, const float *hidden, float *output) {
  copy_elements(hidden, layer.sizes.units, output);
}
template <typename Layer>
SMELT_INLINE void put_cell(const Layer &layer, const float *cell, float *output) {
  copy_elements(cell, layer.sizes.units, output);
}
template <typename Layer>
SMELT_INLINE void put_zeros(const Layer &layer, float *output) {
  for (int32_t unit = 0; unit < layer.sizes.units; ++unit) output[unit] = 0;
}

static inline SMELT_KERNEL void sequence_rnn_f32(const sequence_rnn_f32_layer &layer,
                                                 const float *input, const int32_t *lengths,
                                                 const float *hidden, float *output, float *state) {
  recurrent(layer, input, lengths, hidden, static_cast<const float *>(nullptr), output, state);
}

static inline SMELT_KERNEL void sequence_gru_f32(const sequence_gru_f32_layer &layer,
                                                 const float *input, const int32_t *lengths,
                                                 const float *hidden, float *output, float *state) {
  recurrent(layer, input, lengths, hidden, static_cast<const float *>(nullptr), output, state);
}

static inline SMELT_KERNEL void sequence_lstm_f32(const sequence_lstm_f32_layer &layer,
                                                  const float *input, const int32_t *lengths,
                                                  const float *hidden, const float *cell,
                                                  float *output, float *state) {
  recurrent(layer, input, lengths, hidden, cell, output, state);
}

}  // namespace smelt

#endif
