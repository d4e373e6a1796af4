// SPDX-License-Identifier: Apache-2.0
//
// unidirectional_sequence_lstm (the arithmetic notes, 5.8). All four gates of a step are
// computed from the old hidden state before either state changes.
#include <algorithm>
#include <cmath>

#include "fixed_point.h"

namespace oracle {
namespace {

constexpr double kQ15 = 1.0 / 32768.0;
constexpr double kGateScale = 1.0 / 4096.0;  // of the arguments of the gates' curves

/// Row `row` of x times row `unit` of the weights, zero points removed.
Index integer_product(const Tensor& x, Index row, const Tensor& weights, Index unit) {
  const Index n = at(weights.shape, 1);
  Index sum = 0;
  for (Index i = 0; i < n; ++i) {
    sum += (at(x.q, row * n + i) - zero_point_of(x)) *
           (at(weights.q, unit * n + i) - zero_point_of(weights));
  }
  return sum;
}

double float_product(const Tensor& x, Index row, const Tensor& weights, Index unit) {
  const Index n = at(weights.shape, 1);
  double sum = 0.0;
  for (Index i = 0; i < n; ++i) {
    sum += double{at(x.f, row * n + i)} * double{at(weights.f, unit * n + i)};
  }
  return sum;
}

/// A fully connected layer to int16 of scale 2^-12; the product of scales is a float32.
Index to_gate_scale(Index sum, const Tensor& x, const Tensor& weights) {
  const float product = scale_of(x) * scale_of(weights);
  return saturate_s16(requantise(sum, quantize_multiplier(double{product} / kGateScale)));
}

/// One element of one step: row of the input, row of the states, unit.
struct Cell {
  Index input_row;
  Index batch;
  Index unit;
};

Index gate_argument(const Tensor& input, const Tensor& hidden, const LstmGate& gate,
                    const Cell& cell) {
  const Index from_input = integer_product(input, cell.input_row, *gate.input_weights, cell.unit) +
                           (gate.bias != nullptr ? at(gate.bias->q, cell.unit) : 0);
  const Index from_hidden = integer_product(hidden, cell.batch, *gate.recurrent_weights, cell.unit);
  return saturate_s16(to_gate_scale(from_input, input, *gate.input_weights) +
                      to_gate_scale(from_hidden, hidden, *gate.recurrent_weights));
}

double gate_argument_real(const Tensor& input, const Tensor& hidden, const LstmGate& gate,
                          const Cell& cell) {
  return float_product(input, cell.input_row, *gate.input_weights, cell.unit) +
         float_product(hidden, cell.batch, *gate.recurrent_weights, cell.unit) +
         (gate.bias != nullptr ? double{at(gate.bias->f, cell.unit)} : 0.0);
}

/// The cell state, of scale 2^P, as the argument of the int16 tanh: k = P + 12.
Index scaled_for_tanh(Index value, float cell_scale) {
  const int k = static_cast<int>(std::round(std::log2(cell_scale))) + 15 - 3;
  if (k >= 0) return value * 3 * (Index{1} << k);
  return (value * 3 + (Index{1} << (-k - 1))) >> -k;
}

/// Logistic gates take their argument times 3, as does tanh.
Index gate_logistic(Index argument) {
  return logistic_s16(argument * 3);
}
Index gate_tanh(Index argument) {
  return tanh_s16(argument * 3);
}

Index clipped(Index cell, float clip, float cell_scale) {
  if (clip <= 0.0F) return cell;
  const Index limit = saturate_s16(static_cast<Index>(clip / cell_scale));
  return clamp(cell, {-limit, limit});
}

/// cell = forget * cell + input * candidate, all in Q0.15 but for the cell.
Index next_cell(Index forget, Index old_cell, Index input, Index candidate, double cell_scale) {
  const Multiplier keep = quantize_multiplier(kQ15 * cell_scale / cell_scale);
  const Multiplier take = quantize_multiplier(kQ15 * kQ15 / cell_scale);
  const Index kept = saturate_s16(requantise(forget * old_cell, keep));
  const Index taken = saturate_s16(requantise(input * candidate, take));
  return saturate_s16(kept + taken);
}

void integer_element(const Tensor& input, const LstmGates& gates, const LstmState& old,
                     float cell_clip, const Cell& cell, LstmState& state) {
  const Index at_unit = cell.batch * at(old.cell.shape, 1) + cell.unit;
  const auto argument = [&](const LstmGate& gate) {
    return gate_argument(input, old.hidden, gate, cell);
  };
  const Index forget = gate_logistic(argument(gates.forget));
  const Index in = gate_logistic(argument(gates.input));
  const Index candidate = gate_tanh(argument(gates.cell));
  const Index out = gate_logistic(argument(gates.output));

  const float cell_scale = scale_of(old.cell);
  const Index sum = next_cell(forget, at(old.cell.q, at_unit), in, candidate, double{cell_scale});
  const Index new_cell = clipped(sum, cell_clip, cell_scale);
  at(state.cell.q, at_unit) = new_cell;

  const Index curved = tanh_s16(scaled_for_tanh(new_cell, cell_scale));
  const Multiplier multiplier = quantize_multiplier(kQ15 * kQ15 / double{scale_of(old.hidden)});
  const Index hidden = requantise(curved * out, multiplier) + zero_point_of(old.hidden);
  at(state.hidden.q, at_unit) = clamp(hidden, range_of(old.hidden.type));
}

double sigmoid(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}

void float_element(const Tensor& input, const LstmGates& gates, const LstmState& old,
                   float cell_clip, const Cell& cell, LstmState& state) {
  const Index at_unit = cell.batch * at(old.cell.shape, 1) + cell.unit;
  const auto argument = [&](const LstmGate& gate) {
    return gate_argument_real(input, old.hidden, gate, cell);
  };
  const double forget = sigmoid(argument(gates.forget));
  const double in = sigmoid(argument(gates.input));
  const double candidate = std::tanh(argument(gates.cell));
  const double out = sigmoid(argument(gates.output));

  double sum = forget * double{at(old.cell.f, at_unit)} + in * candidate;
  const double clip = double{cell_clip};
  if (clip > 0.0) sum = std::min(std::max(sum, -clip), clip);
  at(state.cell.f, at_unit) = static_cast<float>(sum);
  at(state.hidden.f, at_unit) = static_cast<float>(out * std::tanh(sum));
}

}  // namespace

Tensor unidirectional_sequence_lstm(const Tensor& input, const LstmGates& gates, LstmState& state,
                                    const LstmOptions& options, const Tensor& like) {
  require(input.shape.size() == 3 && state.cell.shape.size() == 2 &&
              state.hidden.shape == state.cell.shape,
          "an input of three dimensions, states of two");
  const Index batches = at(input.shape, options.time_major ? 1 : 0);
  const Index steps = at(input.shape, options.time_major ? 0 : 1);
  const Index units = at(state.cell.shape, 1);
  require(count(like.shape) == batches * steps * units && at(state.cell.shape, 0) == batches,
          "an output of one hidden state per step");
  Tensor output = blank(like);
  for (Index step = 0; step < steps; ++step) {
    const LstmState old = state;
    for (Index batch = 0; batch < batches; ++batch) {
      const Index row = options.time_major ? step * batches + batch : batch * steps + step;
      for (Index unit = 0; unit < units; ++unit) {
        const auto element = is_float(input) ? float_element : integer_element;
        element(input, gates, old, options.cell_clip, {row, batch, unit}, state);
        copy_element(state.hidden, batch * units + unit, output, row * units + unit);
      }
    }
  }
  return output;
}

}  // namespace oracle
