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

/// Units are computed so many at a time, or as many as are left.
constexpr int32_t unit_block = 4;

SMELT_INLINE int32_t units_from(int32_t unit, int32_t units) {
  return units - unit < unit_block ? units - unit : unit_block;
}

/// What `block` rows from `row` on make of `values`, in units of arguments.
template <typename T>
SMELT_INLINE void arguments_from(const gate_rows &rows, const int32_t *bias, const T *values,
                                 int32_t count, int32_t row, int32_t block, int32_t *arguments) {
  const int8_t *weights = rows.weights + row * count;
  int32_t sums[unit_block];
  for (int32_t i = 0; i < block; ++i) sums[i] = bias ? load(bias + row + i) : 0;
  if (block == 4)
    dot_4<s8>(values, weights, count, count, 0, sums);
  else
    for (int32_t i = 0; i < block; ++i)
      sums[i] = dot_1<s8>(values, weights + i * count, count, 0, sums[i]);
  for (int32_t i = 0; i < block; ++i)
    arguments[i] =
        requantize_short(sums[i], load(rows.multiplier + row + i), load(rows.right + row + i));
}

/// The arguments of `block` units of one gate, `row` being the first.
template <typename Layer, typename T>
SMELT_INLINE void arguments_of(const Layer &layer, const T *input, const int16_t *hidden,
                               int32_t row, int32_t block, int32_t *arguments) {
  int32_t recurrent[unit_block];
  arguments_from(layer.from_input, layer.bias, input, layer.sizes.inputs, row, block, arguments);
  arguments_from(layer.from_hidden, nullptr, hidden, layer.sizes.units, row, block, recurrent);
  for (int32_t i = 0; i < block; ++i) arguments[i] += recurrent[i];
}

// One step of each cell. `state` begins with the hidden state, then the cell of an LSTM; the new
// hidden state is made behind them, for all units read the old one.

template <typename T>
SMELT_INLINE void recurrent_step(const sequence_rnn_s16_layer &layer, const T *input,
                                 int16_t *state) {
  const int32_t units = layer.sizes.units;
  int16_t *next = state + units;
  for (int32_t unit = 0; unit < units; unit += unit_block) {
    const int32_t block = units_from(unit, units);
    int32_t arguments[unit_block];
    arguments_of(layer, input, state, unit, block, arguments);
    for (int32_t i = 0; i < block; ++i)
      next[unit + i] = static_cast<int16_t>(tanh_of(layer, arguments[i]));
  }
  copy_elements(next, units, state);
}

/// r h, what the reset gate leaves of the hidden state.
template <typename T>
SMELT_INLINE void reset_hidden(const sequence_gru_s16_layer &layer, const T *input,
                               const int16_t *hidden, int16_t *left) {
  const int32_t units = layer.sizes.units;
  for (int32_t unit = 0; unit < units; unit += unit_block) {
    const int32_t block = units_from(unit, units);
    int32_t reset[unit_block];
    arguments_of(layer, input, hidden, gru_reset * units + unit, block, reset);
    for (int32_t i = 0; i < block; ++i)
      left[unit + i] = static_cast<int16_t>(
          shift_right_rounding(gate_of(layer, reset[i]) * hidden[unit + i], 15));
  }
}

/// The new hidden state of a unit from the arguments of its gates.
SMELT_INLINE int16_t gru_unit(const sequence_gru_s16_layer &layer, const int32_t *from_input,
                              const int32_t *from_hidden, int32_t unit, int16_t hidden) {
  constexpr int32_t update = gru_update * unit_block, reset = gru_reset * unit_block,
                    candidate = gru_candidate * unit_block;
  int32_t recurrent = from_hidden[candidate];
  if (layer.reset_bias) {
    const int32_t gate = gate_of(layer, from_input[reset] + from_hidden[reset]);
    recurrent = multiply_high(recurrent + load(layer.reset_bias + unit), gate * 65536);
  }
  // (1 - z) n + z h = n + z (h - n), where |h - n| < 2^16.
  const int32_t found = tanh_of(layer, from_input[candidate] + recurrent);
  const int32_t kept = gate_of(layer, from_input[update] + from_hidden[update]);
  return static_cast<int16_t>(found + shift_right_rounding(kept * (hidden - found), 15));
}

template <typename T>
SMELT_INLINE void recurrent_step(const sequence_gru_s16_layer &layer, const T *input,
                                 int16_t *state) {
  const int32_t units = layer.sizes.units;
  int16_t *next = state + units, *left = next + units;
  if (!layer.reset_bias) reset_hidden(layer, input, state, left);
  for (int32_t unit = 0; unit < units; unit += unit_block) {
    const int32_t block = units_from(unit, units);
    int32_t from_input[gru_gates * unit_block], from_hidden[gru_gates * unit_block];
    for (int32_t gate = gru_update; gate < gru_gates; gate += layer.reset_bias ? 1 : 2) {
      const int16_t *hidden = gate == gru_candidate && !layer.reset_bias ? left : state;
      const int32_t row = gate * units + unit, at = gate * unit_block;
      arguments_from(layer.from_input, layer.bias, input, layer.sizes.inputs, row, block,
                     from_input + at);
      arguments_from(layer.from_hidden, nullptr, hidden, units, row, block, from_hidden + at);
    }
    for (int32_t i = 0; i < block; ++i)
      next[unit + i] = gru_unit(layer, from_input + i, from_hidden + i, unit + i, state[unit + i]);
  }
  copy_elements(next, units, state);
}

/// The new hidden state of a unit from the arguments of its gates; updates its cell.
SMELT_INLINE int16_t sequence_lstm_unit(const sequence_lstm_s16_layer &layer,
                                        const int32_t *arguments, int16_t &cell) {
  const int32_t taken = gate_of(layer, arguments[sequence_lstm_input * unit_block]);
  const int32_t kept =
      layer.coupled ? 32768 - taken : gate_of(layer, arguments[sequence_lstm_forget * unit_block]);
  const int32_t candidate = tanh_of(layer, arguments[sequence_lstm_candidate * unit_block]);
  // Both products have at most 30 bits and their sign: their sum, rounded, does not overflow.
  const int32_t sum = kept * cell + shift_right_rounding(taken * candidate, layer.cell_shift);
  cell = static_cast<int16_t>(
      clamp(shift_right_rounding(sum, 15), int32_t{INT16_MIN}, int32_t{INT16_MAX}));
  const int32_t curved =
      tanh_of(layer, shift_right_rounding(cell * layer.tanh_multiplier, layer.tanh_shift));
  const int32_t shown = gate_of(layer, arguments[sequence_lstm_output * unit_block]);
  return static_cast<int16_t>(shift_right_rounding(shown * curved, 15));
}

template <typename T>
SMELT_INLINE void recurrent_step(const sequence_lstm_s16_layer &layer, const T *input,
                                 int16_t *state) {
  const int32_t units = layer.sizes.units;
  int16_t *cell = state + units, *next = cell + units;
  for (int32_t unit = 0; unit < units; unit += unit_block) {
    const int32_t block = units_from(unit, units);
    int32_t arguments[sequence_lstm_gates * unit_block];
    for (int32_t gate = 0; gate < sequence_lstm_gates; ++gate)
      arguments_of(layer, input, state, gate * units + unit, block, arguments + gate * unit_block);
    for (int32_t i = 0; i < block; ++i)
      next[unit + i] = sequence_lstm_unit(layer, arguments + i, cell[unit + i]);
  }
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

static inline SMELT_KERNEL void sequence_rnn_s8(const sequence_rnn_s8_layer &layer,
                                                const int8_t *input, const int32_t *lengths,
                                                const int16_t *hidden, int8_t *output,
                                                int16_t *state) {
  recurrent(layer, input, lengths, hidden, static_cast<const int16_t *>(nullptr), output, state);
}

static inline SMELT_KERNEL void sequence_gru_s8(const sequence_gru_s8_layer &layer,
                                                const int8_t *input, const int32_t *lengths,
                                                const int16_t *hidden, int8_t *output,
                                                int16_t *state) {
  recurrent(layer, input, lengths, hidden, static_cast<const int16_t *>(nullptr), output, state);
}

static inline SMELT_KERNEL void sequence_lstm_s8(const sequence_lstm_s8_layer &layer,
                                                 const int8_t *input, const int32_t *lengths,
                                                 const int16_t *hidden, const int16_t *cell,
                                                 int8_t *output, int16_t *state) {
  recurrent(layer, input, lengths, hidden, cell, output, state);
}

static inline SMELT_KERNEL void sequence_rnn_s16(const sequence_rnn_s16_layer &layer,
                                                 const int16_t *input, const int32_t *lengths,
                                                 const int16_t *hidden, int16_t *output,
                                                 int16_t *state) {
  recurrent(layer, input, lengths, hidden, static_cast<const int16_t *>(nullptr), output, state);
}

static inline SMELT_KERNEL void sequence_gru_s16(const sequence_gru_s16_layer &layer,
                                                 const int16_t *input, const int32_t *lengths,
                                                 const int16_t *hidden, int16_t *output,
                                                 int16_t *state) {
  recurrent(layer, input, lengths, hidden, static_cast<const int16_t *>(nullptr), output, state);
}

static inline SMELT_KERNEL void sequence_lstm_s16(const sequence_lstm_s16_layer &layer,
                                                  const int16_t *input, const int32_t *lengths,
                                                  const int16_t *hidden, const int16_t *cell,
                                                  int16_t *output, int16_t *state) {
  recurrent(layer, input, lengths, hidden, cell, output, state);
}

}  // namespace smelt

#endif
