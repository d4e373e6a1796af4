// SPDX-License-Identifier: Apache-2.0
//
// RNN, GRU and LSTM on integers, one direction. With S a scale, wide() requantise_wide and
// round(x / 2^n) = floor((x + 2^(n-1)) / 2^n):
//   argument = wide(sum (x - Z_x) W + b, S_x S_W 12288)
//            + wide(sum h R, 2^-15 S_R 12288), clipped to 12288 clip
//   gate = logistic_s16(argument), candidate = tanh_s16(argument), h = Q0.15
//   RNN  h = candidate
//   GRU  h = n + round(z (h - n) / 2^15); of the candidate's recurrent part either h is replaced by
//        round(r h / 2^15), or the part p, in arguments, by M(p + b', r 2^16)
//   LSTM c = sat16(round((f c + round(i g / 2^(P + 15))) / 2^15)), h = round(o tanh(c) / 2^15)
// The output holds states in its own scale: requantise(state, S_state / S_out) + Z_out.
#include <algorithm>
#include <cmath>

#include "fixed_point.h"
#include "recurrent_rows.h"

namespace oracle {
namespace {

using Vector = std::vector<Index>;

constexpr double kHiddenScale = 1.0 / 32768.0;
constexpr double kArguments = 12288.0;

Index power_of_two(int n) {
  return Index{1} << n;
}
Index rounded_shift(Index x, int n) {
  return n == 0 ? x : (x + power_of_two(n - 1)) >> n;
}

void require_s32(Index x) {
  require(-power_of_two(31) <= x && x < power_of_two(31), "a sum that fits 32 bits");
}

/// The formula of requantise_wide; products of 32-bit sums may have any scale.
Index to_argument(Index sum, double real) {
  require_s32(sum);
  const Multiplier by = quantize_multiplier(real);
  const Index reduced = std::min<Index>((by.m + power_of_two(15)) >> 16, 32767);
  return rounded_shift(sum * reduced, 15 - by.e);
}

Vector row_of(const Tensor* tensor, Index row, Index width) {
  Vector values(static_cast<std::size_t>(width), 0);
  for (Index i = 0; tensor != nullptr && i < width; ++i)
    at(values, i) = at(tensor->q, row * width + i) - zero_point_of(*tensor);
  return values;
}

Vector in_output_scale(Vector states, double scale, const Tensor& like) {
  const Multiplier by = quantize_multiplier(scale / double{scale_of(like)});
  for (Index& state : states)
    state = clamp(requantise(state, by) + zero_point_of(like), range_of(like.type));
  return states;
}

struct IntegerMachine {
  const RecurrentOperands& operands;
  const RecurrentOptions& options;
  Index units;
  const Tensor& like;
  Vector hidden, cell;

  Vector input(Index row) const {
    return row_of(operands.input, row, at(operands.input->shape, 2));
  }
  Vector zeros() const { return Vector(static_cast<std::size_t>(units), zero_point_of(like)); }
  Vector shown_hidden() const { return in_output_scale(hidden, kHiddenScale, like); }
  Vector shown_cell() const {
    return in_output_scale(cell, std::ldexp(1.0, options.cell_power), like);
  }

  Index argument_of(const Tensor& weights, Index row, const Vector& values, double scale,
                    Index sum) const {
    const Index columns = at(weights.shape, 1);
    require(columns == length(values), "a row per input or unit");
    for (Index i = 0; i < columns; ++i) {
      sum += at(weights.q, row * columns + i) * at(values, i);
      require_s32(sum);
    }
    return to_argument(sum, scale * double{scale_at(weights, row * columns)} * kArguments);
  }

  /// `x` less its zero point.
  Index from_input(Index gate, Index unit, const Vector& x) const {
    const Index row = gate * units + unit;
    const Index bias = operands.bias == nullptr ? 0 : at(operands.bias->q, row);
    return argument_of(*operands.weights, row, x, double{scale_of(*operands.input)}, bias);
  }
  Index from(const Vector& state, Index gate, Index unit) const {
    return argument_of(*operands.recurrent_weights, gate * units + unit, state, kHiddenScale, 0);
  }

  Index clipped(Index argument) const {
    if (options.clip <= 0.0F) return argument;
    const auto limit = static_cast<Index>(std::round(double{options.clip} * kArguments));
    return clamp(argument, {-limit, limit});
  }
  Index gate(Index argument) const { return logistic_s16(clipped(argument)); }
  Index candidate(Index argument) const { return tanh_s16(clipped(argument)); }

  void rnn(const Vector& x) {
    const Vector old = hidden;
    for (Index u = 0; u < units; ++u)
      at(hidden, u) = candidate(from_input(0, u, x) + from(old, 0, u));
  }

  void gru(const Vector& x) {
    const Vector old = hidden;
    Vector reset, left;
    for (Index u = 0; u < units; ++u) {
      reset.push_back(gate(from_input(1, u, x) + from(old, 1, u)));
      left.push_back(rounded_shift(at(reset, u) * at(old, u), 15));
    }
    for (Index u = 0; u < units; ++u) {
      const Index update = gate(from_input(0, u, x) + from(old, 0, u));
      const Index part = operands.reset_bias == nullptr
                             ? from(left, 2, u)
                             : multiply_high(from(old, 2, u) + at(operands.reset_bias->q, u),
                                             at(reset, u) * power_of_two(16));
      const Index found = candidate(from_input(2, u, x) + part);
      at(hidden, u) = found + rounded_shift(update * (at(old, u) - found), 15);
    }
  }

  void lstm(const Vector& x) {
    const Vector old = hidden;
    for (Index u = 0; u < units; ++u) {
      const auto sum = [&](Index g) { return from_input(g, u, x) + from(old, g, u); };
      const Index in = gate(sum(0));
      const Index forget = options.coupled ? power_of_two(15) - in : gate(sum(2));
      const Index taken = rounded_shift(in * candidate(sum(3)), options.cell_power + 15);
      const Index both = forget * at(cell, u) + taken;
      require_s32(both + power_of_two(14));
      at(cell, u) = saturate_s16(rounded_shift(both, 15));
      at(hidden, u) = rounded_shift(gate(sum(1)) * candidate(cell_argument(at(cell, u))), 15);
    }
  }

  /// c 2^P 12288, P + 12 being the power of two in it.
  Index cell_argument(Index value) const {
    const int power = options.cell_power + 12;
    return power >= 0 ? 3 * value * power_of_two(power) : rounded_shift(3 * value, -power);
  }
};

}  // namespace

std::vector<std::vector<Index>> integer_rows(RecurrentCell kind, const RecurrentOperands& operands,
                                             const RecurrentOptions& options, Index batch,
                                             Index valid, const Tensor& like) {
  const Index units = at(operands.recurrent_weights->shape, 1);
  const IntegerMachine machine{operands,
                               options,
                               units,
                               like,
                               row_of(operands.hidden, batch, units),
                               row_of(operands.cell, batch, units)};
  return stepped_rows(kind, operands, options, batch, valid, machine);
}

}  // namespace oracle
