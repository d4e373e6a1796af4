// SPDX-License-Identifier: Apache-2.0
//
// LSTM over a whole sequence, per step and unit, from the input x and the old hidden state h:
//   i, f, o = logistic(W x + R h + b), each with weights of its own;  g = tanh(W x + R h + b)
//   cell = f * cell + i * g, clipped;  h = o * tanh(cell), which is also the output.
// No scratch: the output row holds the new hidden state until all units have read the old one.
// In integers (arithmetic notes, 5.8) the gates' arguments are Q3.12, gates are Q0.15, and the cell
// is 16 bits of a power-of-two scale.
#ifndef SMELT_LSTM_H
#define SMELT_LSTM_H

#include "smelt/libc.h"
#include "smelt/number.h"
#include "smelt/scaling.h"
#include "smelt/sigmoid_s16.h"

namespace smelt {

/// Order of the gates in weights [unit][gate][input], biases [unit][gate] and multipliers.
enum lstm_gate { lstm_input, lstm_forget, lstm_candidate, lstm_output, lstm_gates };

struct lstm_sizes {
  int32_t batches, steps, inputs, units;
  int32_t batch_rows, step_rows;  ///< rows of the input from one batch or step to the next
};

struct lstm_s8_layer {
  lstm_sizes sizes;
  const int8_t *weights;            ///< [unit][gate][input]
  const int8_t *recurrent_weights;  ///< [unit][gate][unit]
  const int32_t *bias;              ///< carries the input's zero point
  const int32_t *recurrent_bias;    ///< carries the hidden state's zero point
  const int16_t *sigmoid;           ///< table of smelt/sigmoid_s16.h
  int32_t multiplier[lstm_gates], shift[lstm_gates];
  int32_t recurrent_multiplier[lstm_gates], recurrent_shift[lstm_gates];
  scaling candidate;  ///< from i * g to the cell
  int32_t cell_min, cell_max;
  int32_t tanh_multiplier, tanh_shift;  ///< from the cell to the table's argument
  scaling hidden;                       ///< from o * tanh(cell)
  output_range output;
};

struct lstm_f32_layer {
  lstm_sizes sizes;
  const float *weights;            ///< [unit][gate][input]
  const float *recurrent_weights;  ///< [unit][gate][unit]
  const float *bias;
  float cell_clip;  ///< infinity: none
};

/// Adds the products of `count` values with the weights of one unit's gates to `sums`.
template <typename Number>
SMELT_INLINE void add_gates(const typename Number::value *values,
                            const typename Number::value *weights, int32_t count, int32_t unit,
                            typename Number::sum *sums) {
  dot_4<Number>(values, weights + unit * lstm_gates * count, count, count, 0, sums);
}

template <typename T>
SMELT_INLINE void load_gates(const T *biases, int32_t unit, T *sums) {
  for (int32_t gate = 0; gate < lstm_gates; ++gate)
    sums[gate] = load(biases + unit * lstm_gates + gate);
}

SMELT_INLINE int32_t saturate_s16(int32_t x) {
  return clamp(x, int32_t{INT16_MIN}, int32_t{INT16_MAX});
}

/// The new hidden state of one unit; updates its cell.
SMELT_INLINE int8_t lstm_unit(const lstm_s8_layer &layer, const int8_t *input, const int8_t *hidden,
                              int32_t unit, int16_t &cell) {
  int32_t gates[lstm_gates], recurrent[lstm_gates];
  load_gates(layer.bias, unit, gates);
  load_gates(layer.recurrent_bias, unit, recurrent);
  add_gates<s8>(input, layer.weights, layer.sizes.inputs, unit, gates);
  add_gates<s8>(hidden, layer.recurrent_weights, layer.sizes.units, unit, recurrent);
  for (int32_t g = 0; g < lstm_gates; ++g) {
    const int32_t a = requantize(gates[g], layer.multiplier[g], layer.shift[g]);
    const int32_t b =
        requantize(recurrent[g], layer.recurrent_multiplier[g], layer.recurrent_shift[g]);
    const int32_t argument = 3 * saturate_s16(saturate_s16(a) + saturate_s16(b));
    gates[g] = g == lstm_candidate ? table_tanh(layer.sigmoid, argument)
                                   : table_logistic(layer.sigmoid, argument);
  }
  // A multiplier of 2^-15: f is Q0.15, and the cell keeps its scale.
  const int32_t kept = requantize(gates[lstm_forget] * cell, int32_t{1} << 30, -14);
  const int32_t taken = requantize(gates[lstm_input] * gates[lstm_candidate], layer.candidate);
  cell = static_cast<int16_t>(
      clamp(saturate_s16(kept) + saturate_s16(taken), layer.cell_min, layer.cell_max));
  const int32_t rounding = layer.tanh_shift > 0 ? int32_t{1} << (layer.tanh_shift - 1) : 0;
  const int32_t curved =
      table_tanh(layer.sigmoid, (cell * layer.tanh_multiplier + rounding) >> layer.tanh_shift);
  return finish<int8_t>(requantize(curved * gates[lstm_output], layer.hidden), layer.output);
}

SMELT_INLINE float lstm_unit(const lstm_f32_layer &layer, const float *input, const float *hidden,
                             int32_t unit, float &cell) {
  float gates[lstm_gates] = {0, 0, 0, 0}, recurrent[lstm_gates] = {0, 0, 0, 0}, bias[lstm_gates];
  load_gates(layer.bias, unit, bias);
  add_gates<f32>(input, layer.weights, layer.sizes.inputs, unit, gates);
  add_gates<f32>(hidden, layer.recurrent_weights, layer.sizes.units, unit, recurrent);
  for (int32_t g = 0; g < lstm_gates; ++g) {
    // In the order of the reference: other sums would differ where large terms cancel.
    const float argument = gates[g] + bias[g] + recurrent[g];
    gates[g] = g == lstm_candidate ? tanhf(argument) : 1.0F / (1.0F + expf(-argument));
  }
  const float sum = gates[lstm_forget] * cell + gates[lstm_input] * gates[lstm_candidate];
  cell = clamp(sum, -layer.cell_clip, layer.cell_clip);
  return gates[lstm_output] * tanhf(cell);
}

template <typename Layer, typename T, typename Cell>
SMELT_INLINE void lstm(const Layer &constants, const T *input, T *output, T *hidden, Cell *cell) {
  const Layer layer = load(&constants);
  const lstm_sizes &sizes = layer.sizes;
  for (int32_t batch = 0; batch < sizes.batches; ++batch) {
    for (int32_t step = 0; step < sizes.steps; ++step) {
      const int32_t row = batch * sizes.batch_rows + step * sizes.step_rows;
      T *to = output + row * sizes.units;
      for (int32_t unit = 0; unit < sizes.units; ++unit)
        to[unit] = lstm_unit(layer, input + row * sizes.inputs, hidden, unit, cell[unit]);
      for (int32_t unit = 0; unit < sizes.units; ++unit) hidden[unit] = to[unit];
    }
    hidden += sizes.units;
    cell += sizes.units;
  }
}

static inline SMELT_KERNEL void lstm_s8(const lstm_s8_layer &layer, const int8_t *input,
                                        int8_t *output, int8_t *hidden, int16_t *cell) {
  lstm(layer, input, output, hidden, cell);
}

static inline SMELT_KERNEL void lstm_f32(const lstm_f32_layer &layer, const float *input,
                                         float *output, float *hidden, float *cell) {
  lstm(layer, input, output, hidden, cell);
}

}  // namespace smelt

#endif
