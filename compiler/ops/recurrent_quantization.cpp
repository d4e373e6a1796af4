// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/recurrent_quantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/ops/recurrent_s16.h"
#include "smelt/recurrent_f32.h"

namespace smelt::ops {
namespace {

using At = RecurrentOperand;

constexpr double smallest_scale = 1e-9;  // rows of zeros need one too
constexpr double largest_weight = 127;

/// The smallest scale at which a row's weights, and its sums, fit.
double row_scale(std::span<const float> row, const WeighedValues& values, double bias) {
  double largest = 0, sum = 0;
  for (const float weight : row) {
    largest = std::max(largest, std::abs(double{weight}));
    sum += std::abs(double{weight});
  }
  // |sum of (q - z) w + b|, with weights that rounding made larger by a half at most. Half of the
  // range is left where that takes all of it: the operator's check refuses it then.
  const auto reach = static_cast<double>(values.largest + std::abs(values.zero_point));
  const double room = INT32_MAX - reach * 0.5 * static_cast<double>(row.size());
  const double sums = (sum * reach + std::abs(bias) / values.scale) / std::max(room, 1e9);
  return std::max({largest / largest_weight, sums, smallest_scale});
}

std::int8_t rounded(double weight) {
  return static_cast<std::int8_t>(std::clamp(std::round(weight), -largest_weight, largest_weight));
}

// --- the layers of a whole sequence --------------------------------------------------------------

/// The float values of an operand in a sample; empty if it is absent.
std::span<const float> floats_of(const CalibratedNode& node, std::size_t operand,
                                 std::size_t sample) {
  if (!node.view.has_input(operand)) return {};
  const std::vector<std::uint8_t>& bytes = node.view.input(operand).constant
                                               ? node.view.input(operand).data
                                               : *node.values[operand][sample];
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

std::vector<float> state_of(std::span<const float> states, std::int32_t batch, std::int32_t units) {
  const auto count = static_cast<std::size_t>(units), at = static_cast<std::size_t>(batch) * count;
  if (states.empty()) return std::vector<float>(count);
  return {states.begin() + static_cast<std::ptrdiff_t>(at),
          states.begin() + static_cast<std::ptrdiff_t>(at + count)};
}

FloatLstm lstm_of(const NodeView& view) {
  const auto& a = view.attributes<RecurrentAttributes>();
  const RecurrentExtents e = recurrent_extents(view);
  FloatLstm lstm{.inputs = e.inputs,
                 .units = e.units,
                 .weights = elements<float>(view.input(At::weights)),
                 .recurrent_weights = elements<float>(view.input(At::recurrent_weights)),
                 .clip = a.clip,
                 .coupled = a.coupled};
  if (view.has_input(At::bias)) lstm.bias = elements<float>(view.input(At::bias));
  lstm.bias.resize(static_cast<std::size_t>(e.gates) * static_cast<std::size_t>(e.units));
  return lstm;
}

/// Whatever the lengths of sequences are, no step goes beyond what all of them show.
float largest_cell(const CalibratedNode& node) {
  const RecurrentExtents e = recurrent_extents(node.view);
  const FloatLstm lstm = lstm_of(node.view);
  const std::ptrdiff_t row = std::ptrdiff_t{e.batches} * e.inputs;
  const bool reverse = node.view.attributes<RecurrentAttributes>().reverse;
  float largest = 0;
  for (std::size_t sample = 0; sample < node.values[At::input].size(); ++sample)
    for (std::int32_t batch = 0; batch < e.batches; ++batch) {
      const float* first = floats_of(node, At::input, sample).data() +
                           std::ptrdiff_t{batch} * e.inputs + (reverse ? (e.steps - 1) * row : 0);
      const float found =
          largest_cell(lstm, first, reverse ? -row : row, e.steps,
                       state_of(floats_of(node, At::hidden, sample), batch, e.units),
                       state_of(floats_of(node, At::cell, sample), batch, e.units));
      largest = std::max(largest, found);
    }
  return largest;
}

/// An initial hidden state beyond what activations give would be cut off.
bool within_one(const CalibratedNode& node) {
  const std::size_t samples = node.values[At::input].size();
  for (std::size_t sample = 0; sample < samples; ++sample)
    for (const float value : floats_of(node, At::hidden, sample))
      if (std::abs(value) > 1) return false;
  return true;
}

Tensor state(const Tensor& like, float scale) {
  Tensor tensor{.name = like.name, .type = ElementType::s16, .shape = like.shape};
  tensor.quantization = {{scale}, {0}, 0};
  return tensor;
}

void add_weights(const CalibratedNode& node, QuantizedNode& result) {
  const NodeView& view = node.view;
  std::vector<float> bias;
  if (view.has_input(At::bias)) bias = elements<float>(view.input(At::bias));
  const WeighedValues input{.scale = double{node.input.scale()},
                            .zero_point = node.input.zero_point(),
                            .largest = -range_of(node.activations).min};
  const WeighedValues hidden{.scale = hidden_scale, .largest = -range_of(ElementType::s16).min};
  Tensor weights = quantized_rows(view.input(At::weights), 1, input, bias);
  if (!bias.empty())
    result.operands[At::bias] = quantized_bias(view.input(At::bias), weights, input.scale);
  result.operands[At::weights] = std::move(weights);
  result.operands[At::recurrent_weights] =
      quantized_rows(view.input(At::recurrent_weights), 1, hidden, {});
}

/// As far as a node's curves are those that the kernels have, which the operator's check sees to.
QuantizedNode quantize_recurrent(const CalibratedNode& node) {
  const NodeView& view = node.view;
  RecurrentAttributes attributes = view.attributes<RecurrentAttributes>();
  QuantizedNode result;
  if (!within_one(node)) {
    result.reason = "its initial hidden state is beyond 1, and would be cut off";
    return result;
  }
  add_weights(node, result);
  if (view.has_input(At::hidden))
    result.operands[At::hidden] = state(view.input(At::hidden), hidden_scale);
  if (view.node.op == &sequence_gru && view.has_input(At::reset_bias)) {
    const Tensor& bias = view.input(At::reset_bias);
    Tensor unit{.shape = {bias.shape[0], 1}};
    unit.quantization = {{reset_bias_scale}, {0}, 0};
    result.operands[At::reset_bias] = quantized_bias(bias, unit, 1);
  }
  if (view.node.op == &sequence_lstm) {
    attributes.cell_power = cell_power_of(largest_cell(node));
    if (view.has_input(At::cell))
      result.operands[At::cell] =
          state(view.input(At::cell), std::ldexp(1.0F, attributes.cell_power));
  }
  result.attributes = attributes;
  return result;
}

}  // namespace

Tensor quantized_rows(const Tensor& weights, std::int32_t rows_per_scale,
                      const WeighedValues& values, std::span<const float> bias) {
  const std::vector<float> real = elements<float>(weights);
  const auto rows = static_cast<std::size_t>(weights.shape[0]), count = real.size() / rows;
  const auto group = static_cast<std::size_t>(rows_per_scale);
  Tensor result = weights;
  result.type = ElementType::s8;
  result.quantization = {};
  std::vector<std::int8_t> integers;
  for (std::size_t first = 0; first < rows; first += group) {
    double scale = 0;
    for (std::size_t row = first; row < first + group; ++row)
      scale = std::max(scale, row_scale({&real[row * count], count}, values,
                                        bias.empty() ? 0 : double{bias[row]}));
    result.quantization.scales.push_back(static_cast<float>(scale));
    result.quantization.zero_points.push_back(0);
    for (std::size_t i = first * count; i < (first + group) * count; ++i)
      integers.push_back(rounded(double{real[i]} / double{result.quantization.scales.back()}));
  }
  result.data = to_bytes(integers);
  return result;
}

Tensor quantized_bias(const Tensor& bias, const Tensor& rows, double value_scale) {
  constexpr double limit = std::numeric_limits<std::int32_t>::max();
  Tensor result = bias;
  result.type = ElementType::s32;
  result.quantization = rows.quantization;
  for (float& scale : result.quantization.scales)
    scale = static_cast<float>(value_scale * double{scale});
  std::vector<std::int32_t> integers;
  for (const float value : elements<float>(bias)) {
    const double scale = value_scale * double{rows.quantization.scale(integers.size())};
    integers.push_back(
        static_cast<std::int32_t>(std::clamp(std::round(double{value} / scale), -limit, limit)));
  }
  result.data = to_bytes(integers);
  return result;
}

float largest_cell(const FloatLstm& lstm, const float* input, std::ptrdiff_t pitch,
                   std::int32_t steps, std::vector<float> hidden, std::vector<float> cell) {
  const float clip = lstm.clip > 0 ? lstm.clip : std::numeric_limits<float>::infinity();
  const smelt::sequence_lstm_f32_layer layer = {{1, steps, lstm.inputs, lstm.units, 0, 0, 0, 0},
                                                lstm.weights.data(),
                                                lstm.recurrent_weights.data(),
                                                lstm.bias.data(),
                                                nullptr,
                                                lstm.coupled,
                                                {smelt::curve_sigmoid, 0, 0, clip},
                                                {smelt::curve_tanh, 0, 0, clip},
                                                {smelt::curve_tanh, 0, 0, clip}};
  const auto units = static_cast<std::ptrdiff_t>(lstm.units);
  std::vector<float> state = std::move(hidden);
  state.insert(state.end(), cell.begin(), cell.end());
  state.resize(state.size() + smelt::sequence_lstm_gates * cell.size());
  float largest = 0;
  for (std::int32_t step = 0; step <= steps; ++step) {
    for (std::ptrdiff_t i = units; i < 2 * units; ++i)
      largest = std::max(largest, std::abs(state[static_cast<std::size_t>(i)]));
    if (step < steps) smelt::recurrent_step(layer, input + step * pitch, state.data());
  }
  return largest;
}

std::int32_t cell_power_of(float largest) {
  int power = 0;
  std::frexp(largest / 32767, &power);  // largest / 32767 < 2^power
  return std::clamp(power, min_cell_power, max_cell_power);
}

const QuantizationRule recurrent_quantization = {
    .quantize = quantize_recurrent,
    .operands = {QuantizationRule::Role::activation, QuantizationRule::Role::weights},
};

}  // namespace smelt::ops
