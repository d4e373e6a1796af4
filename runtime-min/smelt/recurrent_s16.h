// SPDX-License-Identifier: Apache-2.0
//
// Recurrent layers of integers: smelt/recurrent.h has the formulas, f being the logistic function,
// g and h tanh. Inputs and outputs have 8 or 16 bits; the hidden state is Q0.15, the cell 16 bits
// of a power-of-two scale. Weights have 8 bits and a scale per row, so that the sums of a row, of
// inputs and of hidden states, have a multiplier each; 32 bits are enough, as the compiler has
// proven. Gates are Q0.15. Arguments of curves are real numbers times 3 * 2^12, which is what
// smelt/sigmoid_s16.h reads; the compiler has proven that they stay below 2^28.
#ifndef SMELT_RECURRENT_S16_H
#define SMELT_RECURRENT_S16_H

#include "smelt/number_s16.h"
#include "smelt/recurrent.h"
#include "smelt/scaling.h"
#include "smelt/sigmoid_s16.h"

namespace smelt {

/// Weights, and what makes an argument of each row's sum.
struct gate_rows {
  const int8_t *weights;      ///< [gate][unit][input or unit]
  const int16_t *multiplier;  ///< [gate][unit]
  const int8_t *right;        ///< [gate][unit], the shift after it
};

struct sequence_rnn_s16_layer {
  sequence_sizes sizes;
  gate_rows from_input;
  const int32_t *bias;  ///< [unit], carries the input's zero point
  gate_rows from_hidden;
  const int16_t *sigmoid;  ///< table of smelt/sigmoid_s16.h
  int32_t clip;            ///< largest magnitude of an argument
  scaling hidden;          ///< to the output
  output_range output;
};

struct sequence_gru_s16_layer {
  sequence_sizes sizes;
  gate_rows from_input;
  const int32_t *bias;  ///< [gate][unit], carries the input's zero point
  gate_rows from_hidden;
  const int16_t *sigmoid;
  int32_t clip;
  /// [unit], an argument's part of the candidate that is reset with R h; null: h alone is reset.
  const int32_t *reset_bias;
  scaling hidden;
  output_range output;
};

struct sequence_lstm_s16_layer {
  sequence_sizes sizes;
  gate_rows from_input;
  const int32_t *bias;  ///< [gate][unit], carries the input's zero point
  gate_rows from_hidden;
  const int16_t *sigmoid;
  int32_t clip;
  int32_t coupled;                      ///< 1: the forget gate is what the input gate leaves
  int32_t cell_shift;                   ///< from Q0.30 to the cell times a gate, to the right
  int32_t tanh_multiplier, tanh_shift;  ///< from the cell to an argument
  scaling hidden, cell;                 ///< to the output
  output_range output;
};

using sequence_rnn_s8_layer = sequence_rnn_s16_layer;
using sequence_gru_s8_layer = sequence_gru_s16_layer;
using sequence_lstm_s8_layer = sequence_lstm_s16_layer;

/// x / 2^n, half up.
SMELT_INLINE int32_t shift_right_rounding(int32_t x, int32_t n) {
  return n > 0 ? (x + (int32_t{1} << (n - 1))) >> n : x;
}

template <typename Layer>
SMELT_INLINE int32_t gate_of(const Layer &layer, int32_t argument) {
  return table_logistic(layer.sigmoid, clamp(argument, -layer.clip, layer.clip));
}
template <typename Layer>
SMELT_INLINE int32_t tanh_of(const Layer &layer, int32_t argument) {
  return table_tanh(layer.sigmoid, clamp(argument, -layer.clip, layer.clip));
}

/// What `block` rows, 1 or 4, make of `values`, in units of arguments.
template <int32_t block, typename T>
SMELT_INLINE void arguments_from(const gate_rows &rows, const int32_t *bias, const T *values,
                                 int32_t count, int32_t row, int32_t *arguments) {
  int32_t sums[block];
  for (int32_t i = 0; i < block; ++i) sums[i] = bias ? load(bias + row + i) : 0;
  dot<block, s8>(values, rows.weights + row * count, count, count, 0, sums);
  for (int32_t i = 0; i < block; ++i)
    arguments[i] =
        requantize_short(sums[i], load(rows.multiplier + row + i), load(rows.right + row + i));
}

/// The arguments of `block` units of one gate, `row` being the first.
template <int32_t block, typename Layer, typename T>
SMELT_INLINE void arguments_of(const Layer &layer, const T *input, const int16_t *hidden,
                               int32_t row, int32_t *arguments) {
  int32_t recurrent[block];
  arguments_from<block>(layer.from_input, layer.bias, input, layer.sizes.inputs, row, arguments);
  arguments_from<block>(layer.from_hidden, nullptr, hidden, layer.sizes.units, row, recurrent);
  for (int32_t i = 0; i < block; ++i) arguments[i] += recurrent[i];
}

// One step of each cell. `state` begins with the hidden state, then the cell of an LSTM; the new
// hidden state is made behind them, for all units read the old one. Units are computed in blocks,
// by functors, for AVR's compiler knows no generic lambdas that could.

template <typename Units>
SMELT_INLINE void for_unit_blocks(const Units &compute) {
  const int32_t units = compute.layer.sizes.units, whole = units - units % 4;
  for (int32_t unit = 0; unit < whole; unit += 4) compute.template run<4>(unit);
  for (int32_t unit = whole; unit < units; ++unit) compute.template run<1>(unit);
}

template <typename T>
struct rnn_units {
  const sequence_rnn_s16_layer &layer;
  const T *input;
  const int16_t *hidden;
  int16_t *next;

  template <int32_t block>
  SMELT_INLINE void run(int32_t unit) const {
    int32_t arguments[block];
    arguments_of<block>(layer, input, hidden, unit, arguments);
    for (int32_t i = 0; i < block; ++i)
      next[unit + i] = static_cast<int16_t>(tanh_of(layer, arguments[i]));
  }
};

template <typename T>
SMELT_INLINE void recurrent_step(const sequence_rnn_s16_layer &layer, const T *input,
                                 int16_t *state) {
  const int32_t units = layer.sizes.units;
  for_unit_blocks(rnn_units<T>{layer, input, state, state + units});
  copy_elements(state + units, units, state);
}

/// r h, what the reset gate leaves of the hidden state.
template <typename T>
struct gru_reset_units {
  const sequence_gru_s16_layer &layer;
  const T *input;
  const int16_t *hidden;
  int16_t *left;

  template <int32_t block>
  SMELT_INLINE void run(int32_t unit) const {
    int32_t reset[block];
    arguments_of<block>(layer, input, hidden, gru_reset * layer.sizes.units + unit, reset);
    for (int32_t i = 0; i < block; ++i)
      left[unit + i] = static_cast<int16_t>(
          shift_right_rounding(gate_of(layer, reset[i]) * hidden[unit + i], 15));
  }
};

template <typename T>
struct gru_units {
  const sequence_gru_s16_layer &layer;
  const T *input;
  const int16_t *hidden;
  const int16_t *left;  ///< by the reset gate; not if that works on R h
  int16_t *next;

  template <int32_t block>
  SMELT_INLINE void run(int32_t unit) const {
    const int32_t units = layer.sizes.units;
    int32_t from_input[gru_gates * block], from_hidden[gru_gates * block];
    for (int32_t gate = gru_update; gate < gru_gates; gate += layer.reset_bias ? 1 : 2) {
      const int16_t *state = gate == gru_candidate && !layer.reset_bias ? left : hidden;
      const int32_t row = gate * units + unit, at = gate * block;
      arguments_from<block>(layer.from_input, layer.bias, input, layer.sizes.inputs, row,
                            from_input + at);
      arguments_from<block>(layer.from_hidden, nullptr, state, units, row, from_hidden + at);
    }
    for (int32_t i = 0; i < block; ++i)
      next[unit + i] = step<block>(from_input + i, from_hidden + i, unit + i);
  }

  /// The new hidden state of a unit from the arguments of its gates, `pitch` apart.
  template <int32_t pitch>
  SMELT_INLINE int16_t step(const int32_t *from_input, const int32_t *from_hidden,
                            int32_t unit) const {
    constexpr int32_t update = gru_update * pitch, reset = gru_reset * pitch,
                      candidate = gru_candidate * pitch;
    int32_t recurrent = from_hidden[candidate];
    if (layer.reset_bias) {
      const int32_t gate = gate_of(layer, from_input[reset] + from_hidden[reset]);
      recurrent = multiply_high(recurrent + load(layer.reset_bias + unit), gate * 65536);
    }
    // (1 - z) n + z h = n + z (h - n), where |h - n| < 2^16.
    const int32_t found = tanh_of(layer, from_input[candidate] + recurrent);
    const int32_t kept = gate_of(layer, from_input[update] + from_hidden[update]);
    return static_cast<int16_t>(found + shift_right_rounding(kept * (hidden[unit] - found), 15));
  }
};

template <typename T>
SMELT_INLINE void recurrent_step(const sequence_gru_s16_layer &layer, const T *input,
                                 int16_t *state) {
  const int32_t units = layer.sizes.units;
  int16_t *next = state + units, *left = next + units;
  if (!layer.reset_bias) for_unit_blocks(gru_reset_units<T>{layer, input, state, left});
  for_unit_blocks(gru_units<T>{layer, input, state, left, next});
  copy_elements(next, units, state);
}

/// The new hidden state of a unit from the arguments of its gates; updates its cell.
SMELT_INLINE int16_t sequence_lstm_unit(const sequence_lstm_s16_layer &layer,
                                        const int32_t *arguments, int32_t pitch, int16_t &cell) {
  const int32_t taken = gate_of(layer, arguments[sequence_lstm_input * pitch]);
  const int32_t kept =
      layer.coupled ? 32768 - taken : gate_of(layer, arguments[sequence_lstm_forget * pitch]);
  const int32_t candidate = tanh_of(layer, arguments[sequence_lstm_candidate * pitch]);
  // Both products have at most 30 bits and their sign: their sum, rounded, does not overflow.
  const int32_t sum = kept * cell + shift_right_rounding(taken * candidate, layer.cell_shift);
  cell = static_cast<int16_t>(
      clamp(shift_right_rounding(sum, 15), int32_t{INT16_MIN}, int32_t{INT16_MAX}));
  const int32_t curved =
      tanh_of(layer, shift_right_rounding(cell * layer.tanh_multiplier, layer.tanh_shift));
  const int32_t shown = gate_of(layer, arguments[sequence_lstm_output * pitch]);
  return static_cast<int16_t>(shift_right_rounding(shown * curved, 15));
}

template <typename T>
struct lstm_units {
  const sequence_lstm_s16_layer &layer;
  const T *input;
  const int16_t *hidden;
  int16_t *cell, *next;

  template <int32_t block>
  SMELT_INLINE void run(int32_t unit) const {
    int32_t arguments[sequence_lstm_gates * block];
    for (int32_t gate = 0; gate < sequence_lstm_gates; ++gate)
      arguments_of<block>(layer, input, hidden, gate * layer.sizes.units + unit,
                          arguments + gate * block);
    for (int32_t i = 0; i < block; ++i)
      next[unit + i] = sequence_lstm_unit(layer, arguments + i, block, cell[unit + i]);
  }
};

template <typename T>
SMELT_INLINE void recurrent_step(const sequence_lstm_s16_layer &layer, const T *input,
                                 int16_t *state) {
  const int32_t units = layer.sizes.units;
  int16_t *cell = state + units, *next = cell + units;
  for_unit_blocks(lstm_units<T>{layer, input, state, cell, next});
  copy_elements(next, units, state);
}

// The rows of the output.

template <typename T>
SMELT_INLINE void put_states(const int16_t *states, int32_t units, const scaling &scale,
                             const output_range &range, T *output) {
  for (int32_t unit = 0; unit < units; ++unit)
    output[unit] = finish<T>(requantize(states[unit], scale), range);
}

template <typename Layer, typename T>
SMELT_INLINE void put_hidden(const Layer &layer, const int16_t *hidden, T *output) {
  put_states(hidden, layer.sizes.units, layer.hidden, layer.output, output);
}
template <typename T>
SMELT_INLINE void put_cell(const sequence_lstm_s16_layer &layer, const int16_t *cell, T *output) {
  put_states(cell, layer.sizes.units, layer.cell, layer.output, output);
}
template <typename Layer, typename T>
SMELT_INLINE void put_cell(const Layer &, const int16_t *, T *) {}

template <typename Layer, typename T>
SMELT_INLINE void put_zeros(const Layer &layer, T *output) {
  for (int32_t unit = 0; unit < layer.sizes.units; ++unit)
    output[unit] = static_cast<T>(layer.output.zero_point);
}

static inline void sequence_rnn_s8(const sequence_rnn_s8_layer &layer, const int8_t *input,
                                   const int32_t *lengths, const int16_t *hidden, int8_t *output,
                                   int16_t *state) {
  recurrent(layer, input, lengths, hidden, static_cast<const int16_t *>(nullptr), output, state);
}

static inline void sequence_gru_s8(const sequence_gru_s8_layer &layer, const int8_t *input,
                                   const int32_t *lengths, const int16_t *hidden, int8_t *output,
                                   int16_t *state) {
  recurrent(layer, input, lengths, hidden, static_cast<const int16_t *>(nullptr), output, state);
}

static inline void sequence_lstm_s8(const sequence_lstm_s8_layer &layer, const int8_t *input,
                                    const int32_t *lengths, const int16_t *hidden,
                                    const int16_t *cell, int8_t *output, int16_t *state) {
  recurrent(layer, input, lengths, hidden, cell, output, state);
}

static inline void sequence_rnn_s16(const sequence_rnn_s16_layer &layer, const int16_t *input,
                                    const int32_t *lengths, const int16_t *hidden, int16_t *output,
                                    int16_t *state) {
  recurrent(layer, input, lengths, hidden, static_cast<const int16_t *>(nullptr), output, state);
}

static inline void sequence_gru_s16(const sequence_gru_s16_layer &layer, const int16_t *input,
                                    const int32_t *lengths, const int16_t *hidden, int16_t *output,
                                    int16_t *state) {
  recurrent(layer, input, lengths, hidden, static_cast<const int16_t *>(nullptr), output, state);
}

static inline void sequence_lstm_s16(const sequence_lstm_s16_layer &layer, const int16_t *input,
                                     const int32_t *lengths, const int16_t *hidden,
                                     const int16_t *cell, int16_t *output, int16_t *state) {
  recurrent(layer, input, lengths, hidden, cell, output, state);
}

}  // namespace smelt

#endif
