// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/recurrent_s16.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "compiler/ops/scaling.h"
#include "compiler/ops/sigmoid_table.h"
#include "smelt/recurrent_s16.h"

namespace smelt::ops {
namespace {

using At = RecurrentOperand;

constexpr double arguments_per_one = 12288;
constexpr std::int64_t largest_argument = std::int64_t{1} << 28;

const RecurrentAttributes& attributes_of(const NodeView& view) {
  return view.attributes<RecurrentAttributes>();
}

/// What a row of weights sums: the input, raw, or the hidden state.
struct Rows {
  const Tensor& weights;
  double value_scale = 1;
  std::int64_t largest_value = 0;
};

Rows from_input(const NodeView& view) {
  const Tensor& input = view.input(At::input);
  return {view.input(At::weights), scale_of(input), -range_of(input.type).min};
}
Rows from_hidden(const NodeView& view) {
  return {view.input(At::recurrent_weights), hidden_scale, -range_of(ElementType::s16).min};
}

/// From a row's sum to an argument.
double argument_scale(const Rows& rows, std::size_t row) {
  return rows.value_scale * double{rows.weights.quantization.scale(row)} * arguments_per_one;
}

/// Biases less the input's zero point times the sum of the row's weights.
std::vector<std::int64_t> folded_bias(const NodeView& view) {
  const auto weights = elements<std::int8_t>(view.input(At::weights));
  const auto inputs = static_cast<std::size_t>(recurrent_extents(view).inputs);
  const std::int64_t zero_point = view.input(At::input).quantization.zero_point();
  std::vector<std::int64_t> bias(weights.size() / inputs);
  if (view.has_input(At::bias)) bias = integers(view.input(At::bias));
  for (std::size_t i = 0; i < weights.size(); ++i) bias[i / inputs] -= zero_point * weights[i];
  return bias;
}

// --- checks --------------------------------------------------------------------------------------

bool check_cell(const NodeView& view, Diagnostics& diagnostics) {
  const auto& a = attributes_of(view);
  const Place place = place_of(view.graph, view.node);
  const bool has_gates = view.node.op != &sequence_rnn, has_cell = view.node.op == &sequence_lstm;
  if ((has_gates && a.gate != "sigmoid") || a.candidate != "tanh" ||
      (has_cell && a.output != "tanh")) {
    diagnostics
        .error(place, fmt::format("activations {}, {} and {} are not supported for integers",
                                  a.gate, a.candidate, a.output))
        .note("supported: sigmoid for gates, tanh for everything else");
    return false;
  }
  if (!has_cell) return true;
  if (view.has_input(At::peepholes)) {
    diagnostics.error(place, "peepholes are not supported for integers");
    return false;
  }
  if (a.cell_power >= min_cell_power && a.cell_power <= max_cell_power) return true;
  diagnostics.error(place, fmt::format("the cell has scale 2^{}", a.cell_power))
      .note(fmt::format("supported: from 2^{} to 2^{}", min_cell_power, max_cell_power));
  return false;
}

/// A state's scale is what the kernels have it to be.
bool check_state(const NodeView& view, std::size_t i, double scale, Diagnostics& diagnostics) {
  if (!view.has_input(i)) return true;
  const Tensor& state = view.input(i);
  if (!check_scaled(view, state, "initial state", diagnostics)) return false;
  if (scale_of(state) == scale) return true;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("initial state \"{}\" has scale {:g}", state.name, scale_of(state)))
      .note(fmt::format("it must be that of the state, {:g}", scale));
  return false;
}

bool check_row_scales(const NodeView& view, const Tensor& weights, Diagnostics& diagnostics) {
  const Quantization& given = weights.quantization;
  const bool counted =
      given.scales.size() == 1 ||
      (given.axis == 0 && given.scales.size() == static_cast<std::size_t>(weights.shape[0]));
  const bool positive = std::all_of(given.scales.begin(), given.scales.end(),
                                    [](float scale) { return std::isfinite(scale) && scale > 0; });
  const bool symmetric = std::all_of(given.zero_points.begin(), given.zero_points.end(),
                                     [](std::int32_t zero) { return zero == 0; });
  if (counted && positive && symmetric) return true;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("weights \"{}\" have {} scales, not all of which fit", weights.name,
                         given.scales.size()))
      .note("supported: a positive scale per row or one for all, with zero points of 0");
  return false;
}

/// Whether all partial sums fit 32 bits, and what is made of them the range of arguments.
bool check_sums(const NodeView& view, const Rows& rows, std::vector<std::int64_t> bounds,
                Diagnostics& diagnostics) {
  const auto weights = elements<std::int8_t>(rows.weights);
  const std::size_t count = weights.size() / bounds.size();
  for (std::int64_t& bound : bounds) bound = std::abs(bound);
  for (std::size_t i = 0; i < weights.size(); ++i)
    bounds[i / count] += rows.largest_value * std::abs(std::int32_t{weights[i]});
  for (std::size_t row = 0; row < bounds.size(); ++row) {
    const double scale = argument_scale(rows, row);
    if (bounds[row] <= INT32_MAX && std::isfinite(scale) && quantize_multiplier(scale).shift < 15 &&
        static_cast<double>(bounds[row]) * scale < double{largest_argument})
      continue;
    diagnostics
        .error(place_of(view.graph, view.node),
               fmt::format("row {} of \"{}\" can overflow 32 bits (sums up to {}, scale {:g})", row,
                           rows.weights.name, bounds[row], scale))
        .note("give its weights a larger scale");
    return false;
  }
  return true;
}

bool check_reset_bias(const NodeView& view, Diagnostics& diagnostics) {
  if (view.node.op != &sequence_gru || !view.has_input(At::reset_bias)) return true;
  for (const std::int64_t value : integers(view.input(At::reset_bias)))
    if (std::abs(value) > largest_argument) {
      diagnostics.error(place_of(view.graph, view.node),
                        fmt::format("reset_bias {} is beyond {}", value, largest_argument));
      return false;
    }
  return true;
}

double cell_scale(const NodeView& view) {
  return std::ldexp(1.0, attributes_of(view).cell_power);
}

bool check_scales(const NodeView& view, Diagnostics& diagnostics) {
  const double output = scale_of(view.output());
  const bool has_cell = view.node.op == &sequence_lstm;
  return check_state(view, At::hidden, hidden_scale, diagnostics) &&
         (!has_cell || check_state(view, At::cell, cell_scale(view), diagnostics)) &&
         check_scaling(view, hidden_scale / output, 1 << 15, diagnostics) &&
         (!attributes_of(view).cell_row ||
          check_scaling(view, cell_scale(view) / output, 1 << 15, diagnostics));
}

// --- lowering ------------------------------------------------------------------------------------

/// The fields of smelt::gate_rows.
Field rows_field(std::string_view name, const Rows& rows, StepBuilder& builder) {
  std::vector<std::int16_t> multipliers;
  std::vector<std::int8_t> rights;
  for (std::int32_t row = 0; row < rows.weights.shape[0]; ++row) {
    const ShortMultiplier by =
        shorten(quantize_multiplier(argument_scale(rows, static_cast<std::size_t>(row))));
    multipliers.push_back(by.multiplier);
    rights.push_back(by.right);
  }
  const auto constant = [&](std::string_view part, const auto& values, std::int64_t row) {
    return builder.constant(fmt::format("{}{}", name, part), values, row);
  };
  return labelled_field(name, {{"weights", constant("_weights", elements<std::int8_t>(rows.weights),
                                                    rows.weights.shape[1])},
                               {"multiplier", constant("_multiplier", multipliers, 0)},
                               {"shift to the right", constant("_right", rights, 0)}});
}

/// Largest magnitude of an argument.
std::int64_t clip_of(const NodeView& view) {
  const double clip = static_cast<double>(attributes_of(view).clip) * arguments_per_one;
  if (!(clip > 0)) return INT32_MAX;
  return static_cast<std::int64_t>(std::min(std::round(clip), double{INT32_MAX}));
}

/// `between` and `cell` are the fields of one cell.
void add_s16_step(const NodeView& view, void (*invoke)(const HostCall&),
                  const std::vector<Field>& between, const std::vector<Field>& cell,
                  std::int32_t state_rows, StepBuilder& builder) {
  std::vector<std::int32_t> bias;
  for (const std::int64_t value : folded_bias(view))
    bias.push_back(static_cast<std::int32_t>(value));
  std::vector<Field> fields = {rows_field("input", from_input(view), builder),
                               constant_field("bias", builder.constant("bias", bias)),
                               rows_field("recurrent", from_hidden(view), builder),
                               constant_field("sigmoid", builder.table("sigmoid", sigmoid_table())),
                               int_field("clip", clip_of(view))};
  fields.insert(fields.end(), between.begin(), between.end());
  fields.push_back(scaling_field("hidden", hidden_scale / scale_of(view.output())));
  fields.insert(fields.end(), cell.begin(), cell.end());
  fields.push_back(output_range_field(view.output(), range_of(view.output().type)));
  add_recurrent_step(view, {"", "smelt/recurrent_s16.h", invoke}, std::move(fields), state_rows,
                     builder);
}

void lower_rnn(const NodeView& view, void (*invoke)(const HostCall&), StepBuilder& builder) {
  add_s16_step(view, invoke, {}, {}, 2, builder);
}

void lower_gru(const NodeView& view, void (*invoke)(const HostCall&), StepBuilder& builder) {
  const bool reset_after = view.has_input(At::reset_bias);
  Field bias = int_field("reset_bias", 0);
  if (reset_after)
    bias = constant_field(
        "reset_bias",
        builder.constant("reset_bias", elements<std::int32_t>(view.input(At::reset_bias))));
  add_s16_step(view, invoke, {bias}, {}, reset_after ? 2 : 3, builder);
}

void lower_lstm(const NodeView& view, void (*invoke)(const HostCall&), StepBuilder& builder) {
  const auto& a = attributes_of(view);
  // To the argument of tanh: times 3 * 2^12 * the cell's scale.
  const std::int32_t left = a.cell_power + 12;
  add_s16_step(view, invoke,
               {int_field("coupled", a.coupled), int_field("cell shift", a.cell_power + 15),
                int_field("tanh multiplier", left > 0 ? 3 << left : 3),
                int_field("tanh shift", left < 0 ? -left : 0)},
               {scaling_field("cell", cell_scale(view) / scale_of(view.output()))}, 3, builder);
}

}  // namespace

void check_recurrent_s16(const NodeView& view, Diagnostics& diagnostics) {
  if (!check_cell(view, diagnostics) ||
      !check_scaled(view, view.input(At::input), "input", diagnostics) ||
      !check_type(view, view.output(), "output", {view.input(At::input).type}, diagnostics) ||
      !check_scaled(view, view.output(), "output", diagnostics) ||
      !check_row_scales(view, view.input(At::weights), diagnostics) ||
      !check_row_scales(view, view.input(At::recurrent_weights), diagnostics) ||
      !check_reset_bias(view, diagnostics) || !check_scales(view, diagnostics))
    return;
  const std::vector<std::int64_t> bias = folded_bias(view);
  if (check_sums(view, from_input(view), bias, diagnostics))
    check_sums(view, from_hidden(view), std::vector<std::int64_t>(bias.size()), diagnostics);
}

void lower_rnn_s8(const NodeView& view, StepBuilder& builder) {
  lower_rnn(view, invoke<&smelt::sequence_rnn_s8>, builder);
}
void lower_rnn_s16(const NodeView& view, StepBuilder& builder) {
  lower_rnn(view, invoke<&smelt::sequence_rnn_s16>, builder);
}
void lower_gru_s8(const NodeView& view, StepBuilder& builder) {
  lower_gru(view, invoke<&smelt::sequence_gru_s8>, builder);
}
void lower_gru_s16(const NodeView& view, StepBuilder& builder) {
  lower_gru(view, invoke<&smelt::sequence_gru_s16>, builder);
}
void lower_lstm_s8(const NodeView& view, StepBuilder& builder) {
  lower_lstm(view, invoke<&smelt::sequence_lstm_s8>, builder);
}
void lower_lstm_s16(const NodeView& view, StepBuilder& builder) {
  lower_lstm(view, invoke<&smelt::sequence_lstm_s16>, builder);
}

}  // namespace smelt::ops
