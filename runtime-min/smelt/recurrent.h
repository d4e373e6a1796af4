// SPDX-License-Identifier: Apache-2.0
//
// Recurrent layers over a whole sequence that starts from given states, as ONNX has them. From an
// input x, the hidden state h and, of an LSTM, the cell c; every gate has weights W, R and a bias:
//   RNN   h = f(W x + R h + b)
//   GRU   z, r = f(W x + R h + b);  n = g(W x + R (r h) + b), or g(W x + b + r (R h + b'))
//         h = (1 - z) n + z h
//   LSTM  i, o, f = f(W x + R h + P c + b);  c = f c + i g(W x + R h + b);  h = o h(c)
// where o sees the new cell, and f, g and h are curves whose argument is clipped before. Rows of
// weights are ordered [gate][unit]. All sums of a step are made before the states change.
#ifndef SMELT_RECURRENT_H
#define SMELT_RECURRENT_H

#include "smelt/libc.h"
#include "smelt/number.h"

namespace smelt {

struct sequence_sizes {
  int32_t batches, steps, inputs, units;
  int32_t reverse;  ///< 1: from a sequence's last step to its first
  /// Rows of the output, one after another: all hidden states, the last of them, the last cell.
  int32_t all_rows, hidden_rows, cell_rows;
};

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

/// Order of the gates in weights and biases.
enum gru_gate { gru_update, gru_reset, gru_candidate, gru_gates };

struct sequence_gru_f32_layer {
  sequence_sizes sizes;
  const float *weights;            ///< [gate][unit][input]
  const float *recurrent_weights;  ///< [gate][unit][unit]
  const float *bias;               ///< [gate][unit]
  const float *reset_bias;  ///< [unit], of the candidate: it is reset with R h; null: h alone is
  curve_f32 gate, candidate;
};

/// Order of the gates in weights and biases, and of the first three in peepholes.
enum sequence_lstm_gate {
  sequence_lstm_input,
  sequence_lstm_output,
  sequence_lstm_forget,
  sequence_lstm_candidate,
  sequence_lstm_gates
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

SMELT_INLINE void copy_floats(const float *from, int32_t count, float *to) {
  for (int32_t i = 0; i < count; ++i) to[i] = from[i];
}

SMELT_INLINE void clear_floats(int32_t count, float *to) {
  for (int32_t i = 0; i < count; ++i) to[i] = 0;
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

/// The states of one batch before the first step: zeros if there are no others.
SMELT_INLINE void start_state(const float *initial, int32_t units, float *state) {
  if (initial)
    copy_floats(initial, units, state);
  else
    clear_floats(units, state);
}

/// Steps `length` times from one row of a batch to the next, `pitch` rows apart.
template <typename Layer>
SMELT_INLINE void recurrent_steps(const Layer &layer, int32_t length, const float *input,
                                  float *output, float *state) {
  const sequence_sizes &sizes = layer.sizes;
  for (int32_t step = 0; step < length; ++step) {
    const int32_t row = (sizes.reverse ? length - 1 - step : step) * sizes.batches;
    recurrent_step(layer, input + row * sizes.inputs, state);
    if (sizes.all_rows) copy_floats(state, sizes.units, output + row * sizes.units);
  }
  if (!sizes.all_rows) return;
  for (int32_t step = length; step < sizes.steps; ++step)
    clear_floats(sizes.units, output + step * sizes.batches * sizes.units);
}

/// Input [step][batch][input], output [row][batch][unit]. A sequence is as long as `lengths` says,
/// or all steps if that is null; hidden states behind its end are 0.
template <typename Layer>
SMELT_INLINE void recurrent(const Layer &constants, const float *input, const int32_t *lengths,
                            const float *hidden, const float *cell, float *output, float *state) {
  const Layer layer = load(&constants);
  const sequence_sizes &sizes = layer.sizes;
  const int32_t units = sizes.units, row = sizes.batches * units;
  float *last_hidden = output + sizes.all_rows * row;
  float *last_cell = last_hidden + sizes.hidden_rows * row;
  for (int32_t batch = 0; batch < sizes.batches; ++batch) {
    const int32_t at = batch * units;
    start_state(hidden ? hidden + at : hidden, units, state);
    // Of cells without a cell state this is cleared room for sums.
    start_state(cell ? cell + at : cell, units, state + units);
    const int32_t length = lengths ? clamp(lengths[batch], int32_t{0}, sizes.steps) : sizes.steps;
    recurrent_steps(layer, length, input + batch * sizes.inputs, output + at, state);
    if (sizes.hidden_rows) copy_floats(state, units, last_hidden + at);
    if (sizes.cell_rows) copy_floats(state + units, units, last_cell + at);
  }
}

static inline void sequence_rnn_f32(const sequence_rnn_f32_layer &layer, const float *input,
                                    const int32_t *lengths, const float *hidden, float *output,
                                    float *state) {
  recurrent(layer, input, lengths, hidden, nullptr, output, state);
}

static inline void sequence_gru_f32(const sequence_gru_f32_layer &layer, const float *input,
                                    const int32_t *lengths, const float *hidden, float *output,
                                    float *state) {
  recurrent(layer, input, lengths, hidden, nullptr, output, state);
}

static inline void sequence_lstm_f32(const sequence_lstm_f32_layer &layer, const float *input,
                                     const int32_t *lengths, const float *hidden, const float *cell,
                                     float *output, float *state) {
  recurrent(layer, input, lengths, hidden, cell, output, state);
}

}  // namespace smelt

#endif
