// SPDX-License-Identifier: Apache-2.0
//
// How operators on sequences are drawn.
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "compiler/ops/lstm.h"
#include "compiler/ops/recurrent.h"
#include "compiler/ops/tanh.h"
#include "tests/graphs/rows.h"

namespace smelt::test {
namespace {

using enum ElementType;

// --- sequences ---------------------------------------------------------------------------------

struct LstmDraw {
  Sketch& s;
  ElementType type;
  std::int32_t units = s.random.integer(1, 6);

  Quantization weight_scale() const {
    return type == f32 ? Quantization{} : per_tensor(s.random.real(5e-4F, 0.02F), 0);
  }

  /// Such that gates are not saturated all the time, which would hide what they compute.
  TensorId reals(Shape shape, float largest) const {
    std::vector<float> values;
    for (std::int64_t i = 0; i < element_count(shape); ++i)
      values.push_back(s.random.real(-largest, largest));
    return s.constant(f32, std::move(shape), to_bytes(values));
  }

  TensorId weights(std::int32_t columns) const {
    const std::int32_t count = units * columns;
    if (type == s8)
      return s.constant(s8, {units, columns}, s.random.elements(s8, count), weight_scale());
    return reals({units, columns}, 1 / std::sqrt(static_cast<float>(columns)));
  }

  TensorId bias() const {
    if (type != f32) return bias_of(s, type, units);
    return s.random.integer(0, 3) == 0 ? no_tensor : reals({units}, 2);
  }

  TensorId hidden(std::int32_t batches) const {
    return s.variable(type, {batches, units}, s.random.quantization(type, 0.004F, 0.02F));
  }

  TensorId cell(std::int32_t batches) const {
    const int power =
        s.random.integer(0, 3) == 0 ? s.random.integer(-29, 2) : s.random.integer(-16, -9);
    return s.variable(type == f32 ? f32 : s16, {batches, units},
                      type == f32 ? Quantization{} : per_tensor(std::ldexp(1.0F, power), 0));
  }
};

void lstm(Sketch& s) {
  const TensorId x = bounded(s, s.pick({s8, f32}, 3, 3));
  const LstmDraw draw{s, s[x].type};
  const bool time_major = s.random.coin();
  const float clip = s.random.coin() ? 0.0F : s.random.real(0.001F, 4);
  std::vector<TensorId> operands = {x};
  for (const std::int32_t columns : {s[x].shape[2], draw.units})
    for (int gate = 0; gate < 4; ++gate) operands.push_back(draw.weights(columns));
  for (int gate = 0; gate < 4; ++gate) operands.push_back(draw.bias());
  const std::int32_t batches = s[x].shape[time_major ? 1 : 0];
  operands.push_back(draw.hidden(batches));
  operands.push_back(draw.cell(batches));
  const Quantization quantization = s[operands[ops::LstmOperand::hidden]].quantization;
  s.node(ops::lstm, ops::LstmAttributes{.cell_clip = clip, .time_major = time_major}, operands,
         quantization);
}

// --- whole sequences ---------------------------------------------------------------------------

/// Gates that are not bounded let a state grow from step to step, and its rounding errors with it;
/// so do a candidate and an output if neither is.
void bound_growth(Random& random, std::int32_t steps, ops::RecurrentAttributes& a) {
  static const std::vector<std::string> bounded = {"sigmoid", "tanh", "hard_sigmoid"};
  const auto grows = [](const std::string& name) { return name == "relu" || name == "affine"; };
  if (steps <= 2) return;
  if (grows(a.gate)) a.gate = random.of(bounded);
  if (grows(a.candidate) && grows(a.output)) a.output = random.of(bounded);
}

ops::RecurrentAttributes recurrent_attributes(Random& random, bool has_cell) {
  static const std::vector<std::string> names = {"sigmoid", "tanh",   "tanh",
                                                 "relu",    "affine", "hard_sigmoid"};
  ops::RecurrentAttributes a{.reverse = random.coin(),
                             .all_rows = random.integer(0, 2) > 0,
                             .hidden_row = random.coin(),
                             .cell_row = has_cell && random.coin(),
                             .clip = random.coin() ? 0.0F : random.real(0.1F, 3),
                             .coupled = has_cell && random.coin()};
  a.all_rows = a.all_rows || !(a.hidden_row || a.cell_row);
  if (random.coin()) return a;
  a.gate = random.of(names), a.candidate = random.of(names), a.output = random.of(names);
  // Slopes below 1: states must not grow from step to step.
  a.gate_alpha = random.real(-0.5F, 0.5F), a.gate_beta = random.real(-0.5F, 0.5F);
  a.candidate_alpha = random.real(-0.5F, 0.5F), a.candidate_beta = random.real(-1, 1);
  a.output_alpha = random.real(-1, 1), a.output_beta = random.real(-1, 1);
  return a;
}

/// A cell with `gates` rows of weights per unit.
void recurrent(Sketch& s, const OpDef& op, std::int32_t gates) {
  const TensorId x = bounded(s, s.pick({f32}, 3, 3));
  const Shape shape = s[x].shape;
  const std::int32_t units = s.random.integer(1, 6), rows = gates * units;
  const LstmDraw draw{s, f32, units};
  const auto now_and_then = [&](const std::function<TensorId()>& make) {
    return s.random.coin() ? make() : no_tensor;
  };
  const auto reals = [&](std::int32_t count) {
    return now_and_then([&] { return draw.reals({count}, 1); });
  };
  const auto state = [&] {
    return now_and_then([&] { return bounded(s, s.operand(f32, {shape[1], units})); });
  };
  const auto weights = [&](std::int32_t columns) {
    return draw.reals({rows, columns}, 1 / std::sqrt(static_cast<float>(columns)));
  };
  const auto lengths = [&] {
    std::vector<std::int32_t> values;
    for (std::int32_t i = 0; i < shape[1]; ++i)
      values.push_back(s.random.integer(-1, shape[0] + 1));
    return s.constant(s32, {shape[1]}, to_bytes(values));
  };
  std::vector<TensorId> operands = {x,           weights(shape[2]),     weights(units),
                                    reals(rows), now_and_then(lengths), state()};
  if (&op == &ops::sequence_gru) operands.push_back(reals(units));
  if (&op == &ops::sequence_lstm) {
    operands.push_back(state());
    operands.push_back(reals(3 * units));
  }
  ops::RecurrentAttributes attributes = recurrent_attributes(s.random, &op == &ops::sequence_lstm);
  if (&op != &ops::sequence_rnn) bound_growth(s.random, shape[0], attributes);
  s.node(op, attributes, operands);
}

/// The same on integers: weights with a scale per row or one, such that arguments of curves are
/// often small and sometimes beyond them.
struct IntegerRecurrentDraw {
  Sketch& s;
  std::int32_t rows, units;

  /// `reach`: the largest of the values that they multiply.
  TensorId weights(std::int32_t columns, float reach) const {
    const auto count = s.random.coin() ? static_cast<std::size_t>(rows) : std::size_t{1};
    const float largest = s.random.real(0.3F, 6) / (128 * reach);
    Quantization q;
    for (std::size_t i = 0; i < count; ++i) q.scales.push_back(largest * s.random.real(0.1F, 1));
    q.zero_points.resize(count);
    return s.constant(s8, {rows, columns}, s.random.elements(s8, std::int64_t{rows} * columns), q);
  }

  TensorId integers(ElementType type, Shape shape, std::int32_t largest,
                    const Quantization& quantization = {}) const {
    if (s.random.coin()) return no_tensor;
    std::vector<std::int32_t> values;
    for (std::int64_t i = 0; i < element_count(shape); ++i)
      values.push_back(s.random.integer(-largest, largest));
    const Bytes bytes = type == s16
                            ? to_bytes(std::vector<std::int16_t>(values.begin(), values.end()))
                            : to_bytes(values);
    return s.constant(type, std::move(shape), bytes, quantization);
  }

  TensorId state(std::int32_t batches, float scale) const {
    const Quantization quantization = per_tensor(scale, 0);
    if (s.random.coin()) return s.operand(s16, {batches, units}, quantization);
    return integers(s16, {batches, units}, 32767, quantization);
  }
};

void integer_recurrent(Sketch& s, const OpDef& op, std::int32_t gates) {
  const auto scaled = [](const Tensor& tensor) { return tensor.quantization.present(); };
  const TensorId x = s.pick({s8, s16}, 3, 3, scaled);
  const ElementType type = s[x].type;
  const Shape shape = s[x].shape;
  const std::int32_t units = s.random.integer(1, 9), rows = gates * units;
  const IntegerRecurrentDraw draw{s, rows, units};
  const bool has_cell = &op == &ops::sequence_lstm;
  ops::RecurrentAttributes attributes = recurrent_attributes(s.random, has_cell);
  attributes.gate = "sigmoid", attributes.candidate = attributes.output = "tanh";
  if (has_cell) attributes.cell_power = s.random.integer(-15, 2);
  const float reach = s[x].quantization.scale() * (type == s16 ? 32768.0F : 128.0F);
  const TensorId weights = draw.weights(shape[2], reach);
  std::vector<TensorId> operands = {
      x,
      weights,
      draw.weights(units, 1),
      draw.integers(s32, {rows}, type == s16 ? 4'000'000 : 20'000),
      s.random.coin() ? no_tensor : draw.integers(s32, {shape[1]}, shape[0] + 1),
      draw.state(shape[1], ops::hidden_scale)};
  if (&op == &ops::sequence_gru) operands.push_back(draw.integers(s32, {units}, 20'000));
  if (has_cell) operands.push_back(draw.state(shape[1], std::ldexp(1.0F, attributes.cell_power)));
  s.node(op, attributes, operands, s.random.quantization(type, 2e-5F, 0.02F));
}

void any_recurrent(Sketch& s, const OpDef& op, std::int32_t gates) {
  s.random.coin() ? recurrent(s, op, gates) : integer_recurrent(s, op, gates);
}

void sequence_gru(Sketch& s) {
  any_recurrent(s, ops::sequence_gru, 3);
}
void sequence_lstm(Sketch& s) {
  any_recurrent(s, ops::sequence_lstm, 4);
}
void sequence_rnn(Sketch& s) {
  any_recurrent(s, ops::sequence_rnn, 1);
}

}  // namespace

std::vector<GeneratorRow> sequence_rows() {
  return {
      {ops::lstm, lstm},
      {ops::sequence_gru, sequence_gru},
      {ops::sequence_lstm, sequence_lstm},
      {ops::sequence_rnn, sequence_rnn},
  };
}

}  // namespace smelt::test
