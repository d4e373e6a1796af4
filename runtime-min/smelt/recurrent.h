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
//
// Here is what does not depend on the numbers: the walk over batches and steps. Of a layer it needs
// recurrent_step, and put_hidden, put_cell and put_zeros, which write a row of the output.
#ifndef SMELT_RECURRENT_H
#define SMELT_RECURRENT_H

#include "smelt/runtime.h"

namespace smelt {

struct sequence_sizes {
  int32_t batches, steps, inputs, units;
  int32_t reverse;  ///< 1: from a sequence's last step to its first
  /// Rows of the output, one after another: all hidden states, the last of them, the last cell.
  int32_t all_rows, hidden_rows, cell_rows;
};

/// Order of the gates in weights and biases.
enum gru_gate { gru_update, gru_reset, gru_candidate, gru_gates };

/// Order of the gates in weights and biases, and of the first three in peepholes.
enum sequence_lstm_gate {
  sequence_lstm_input,
  sequence_lstm_output,
  sequence_lstm_forget,
  sequence_lstm_candidate,
  sequence_lstm_gates
};

template <typename T>
SMELT_INLINE void copy_elements(const T *from, int32_t count, T *to) {
  for (int32_t i = 0; i < count; ++i) to[i] = from[i];
}

/// The states of one batch before the first step: zeros if there are no others.
template <typename T>
SMELT_INLINE void start_state(const T *initial, int32_t units, T *state) {
  for (int32_t i = 0; i < units; ++i) state[i] = initial ? initial[i] : T(0);
}

/// Steps `length` times from one row of a batch to the next.
template <typename Layer, typename Input, typename Output, typename State>
SMELT_INLINE void recurrent_steps(const Layer &layer, int32_t length, const Input *input,
                                  Output *output, State *state) {
  const sequence_sizes &sizes = layer.sizes;
  for (int32_t step = 0; step < length; ++step) {
    const int32_t row = (sizes.reverse ? length - 1 - step : step) * sizes.batches;
    recurrent_step(layer, input + row * sizes.inputs, state);
    if (sizes.all_rows) put_hidden(layer, state, output + row * sizes.units);
  }
  if (!sizes.all_rows) return;
  for (int32_t step = length; step < sizes.steps; ++step)
    put_zeros(layer, output + step * sizes.batches * sizes.units);
}

/// Input [step][batch][input], output [row][batch][unit]. A sequence is as long as `lengths` says,
/// or all steps if that is null; hidden states behind its end are 0. `state` begins with the hidden
/// state, then the cell of an LSTM, and has room for what a step needs behind it.
template <typename Layer, typename Input, typename Output, typename State>
SMELT_INLINE void recurrent(const Layer &constants, const Input *input, const int32_t *lengths,
                            const State *hidden, const State *cell, Output *output, State *state) {
  const Layer layer = load(&constants);
  const sequence_sizes &sizes = layer.sizes;
  const int32_t units = sizes.units, row = sizes.batches * units;
  Output *last_hidden = output + sizes.all_rows * row;
  Output *last_cell = last_hidden + sizes.hidden_rows * row;
  for (int32_t batch = 0; batch < sizes.batches; ++batch) {
    const int32_t at = batch * units;
    start_state(hidden ? hidden + at : hidden, units, state);
    // Of cells without a cell state this is cleared room for what a step needs.
    start_state(cell ? cell + at : cell, units, state + units);
    const int32_t length = lengths ? clamp(lengths[batch], int32_t{0}, sizes.steps) : sizes.steps;
    recurrent_steps(layer, length, input + batch * sizes.inputs, output + at, state);
    if (sizes.hidden_rows) put_hidden(layer, state, last_hidden + at);
    if (sizes.cell_rows) put_cell(layer, state + units, last_cell + at);
  }
}

}  // namespace smelt

#endif
