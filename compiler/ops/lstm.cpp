// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/lstm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/ops/linear.h"
#include "compiler/ops/scaling.h"
#include "compiler/ops/sigmoid_table.h"
#include "smelt/lstm.h"

namespace smelt::ops {
namespace {

constexpr std::size_t gates = smelt::lstm_gates;
constexpr std::string_view gate_names[gates] = {"input", "forget", "cell", "output"};

/// Exponents of the cell's scale whose multipliers need no left shift and whose tanh fits 32 bits.
constexpr int min_cell_power = -29, max_cell_power = 2;

std::int32_t inputs(const NodeView& view) {
  return view.input(LstmOperand::weights).shape[1];
}
std::int32_t units(const NodeView& view) {
  return view.input(LstmOperand::weights).shape[0];
}
const Tensor& hidden(const NodeView& view) {
  return view.input(LstmOperand::hidden);
}
const Tensor& cell(const NodeView& view) {
  return view.input(LstmOperand::cell);
}

struct Extents {
  std::int32_t batches, steps;
};
Extents extents(const NodeView& view) {
  const Shape& shape = view.input(LstmOperand::input).shape;
  if (view.attributes<LstmAttributes>().time_major) return {shape[1], shape[0]};
  return {shape[0], shape[1]};
}

/// Where the gates' sums go: Q3.12, of which linear layers need the scale alone.
const Tensor& argument(ElementType type) {
  const auto make = [](ElementType of) {
    Tensor tensor{.name = "gate", .type = of};
    tensor.quantization = {{1.0F / 4096}, {0}, 0};
    return tensor;
  };
  static const Tensor real = make(ElementType::f32), quantized = make(ElementType::s8);
  return type == ElementType::f32 ? real : quantized;
}

/// What a gate takes from the input; its bias belongs here.
LinearOperands from_input(const NodeView& view, std::size_t gate) {
  const Tensor& input = view.input(LstmOperand::input);
  const std::size_t bias = LstmOperand::bias + gate;
  return {.input = input,
          .weights = view.input(LstmOperand::weights + gate),
          .bias = view.has_input(bias) ? &view.input(bias) : nullptr,
          .output = argument(input.type),
          .channels = units(view),
          .float_product = true};
}

LinearOperands from_hidden(const NodeView& view, std::size_t gate) {
  return {.input = hidden(view),
          .weights = view.input(LstmOperand::recurrent_weights + gate),
          .bias = nullptr,
          .output = argument(hidden(view).type),
          .channels = units(view),
          .float_product = true};
}

/// Exponent of the cell's scale if that is a power of two, as nearly as the reference wants it.
std::optional<int> cell_power(const Tensor& cell) {
  const double power = std::log2(static_cast<double>(cell.quantization.scale()));
  if (!(std::abs(power) < 128) || std::abs(power - std::round(power)) >= 1e-3) return {};
  return static_cast<int>(std::round(power));
}

/// Of a product of two Q0.15 numbers.
double product_scale(const Tensor& to) {
  return std::ldexp(1.0, -30) / scale_of(to);
}

bool check_shapes(const NodeView& view, Diagnostics& diagnostics) {
  const Shape& input = view.input(LstmOperand::input).shape;
  const Shape& weights = view.input(LstmOperand::weights).shape;
  const Place place = place_of(view.graph, view.node);
  if (input.size() != 3 || weights.size() != 2 || input[0] < 1 || input[1] < 1 || weights[0] < 1 ||
      weights[1] < 1 || input[2] != weights[1]) {
    diagnostics
        .error(place, fmt::format("weights {} do not match the input {}", to_string(weights),
                                  to_string(input)))
        .note(
            "inputs are [batch][step][input] or, time major, [step][batch][input]; weights are "
            "[unit][input]");
    return false;
  }
  for (std::size_t gate = 0; gate < gates; ++gate) {
    const Shape& from_input = view.input(LstmOperand::weights + gate).shape;
    const Shape& from_hidden = view.input(LstmOperand::recurrent_weights + gate).shape;
    if (from_input == weights && from_hidden == Shape{units(view), units(view)}) continue;
    diagnostics.error(place,
                      fmt::format("weights of the {} gate are {} and {}, expected {} and "
                                  "{}x{}",
                                  gate_names[gate], to_string(from_input), to_string(from_hidden),
                                  to_string(weights), units(view), units(view)));
    return false;
  }
  return true;
}

bool check_states(const NodeView& view, Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  const std::int64_t count = std::int64_t{extents(view).batches} * units(view);
  if (!hidden(view).variable || !cell(view).variable ||
      view.node.inputs[LstmOperand::hidden] == view.node.inputs[LstmOperand::cell] ||
      element_count(hidden(view).shape) != count || element_count(cell(view).shape) != count) {
    diagnostics.error(
        place, fmt::format("hidden state {} and cell state {} are not two variables "
                           "of {} elements",
                           to_string(hidden(view).shape), to_string(cell(view).shape), count));
    return false;
  }
  const ElementType type = view.input(LstmOperand::input).type;
  const ElementType cell_type = type == ElementType::f32 ? ElementType::f32 : ElementType::s16;
  return check_type(view, hidden(view), "hidden state", {type}, diagnostics) &&
         check_type(view, cell(view), "cell state", {cell_type}, diagnostics);
}

bool check_gates(const NodeView& view, Diagnostics& diagnostics) {
  for (std::size_t gate = 0; gate < gates; ++gate)
    for (const LinearOperands& operands : {from_input(view, gate), from_hidden(view, gate)}) {
      check_linear(view, operands, diagnostics);
      if (diagnostics.failed()) return false;
      if (!operands.weights.quantization.per_channel()) continue;
      diagnostics
          .error(place_of(view.graph, view.node),
                 fmt::format("weights of the {} gate have a scale per channel", gate_names[gate]))
          .note("quantize the weights of an LSTM with one scale per tensor");
      return false;
    }
  return true;
}

void check_quantization(const NodeView& view, Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  if (!check_quantized(view, cell(view), "cell state", diagnostics)) return;
  const auto power = cell_power(cell(view));
  if (!power || *power < min_cell_power || *power > max_cell_power ||
      cell(view).quantization.zero_point() != 0) {
    diagnostics
        .error(place,
               fmt::format("cell state has scale {} and zero point {}",
                           cell(view).quantization.scale(), cell(view).quantization.zero_point()))
        .note(fmt::format("supported: zero point 0 and a power of two from 2^{} to 2^{}",
                          min_cell_power, max_cell_power));
    return;
  }
  // The product of output gate and tanh takes 30 bits and its sign: no left shift.
  if (check_scaling(view, product_scale(hidden(view)), std::int64_t{1} << 29, diagnostics))
    check_same_quantization(view, hidden(view), "hidden state", diagnostics);
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const std::string& activation = view.attributes<LstmAttributes>().activation;
  if (activation != "tanh") {
    diagnostics
        .error(place_of(view.graph, view.node),
               fmt::format("activation {} is not supported", activation))
        .note("supported: tanh");
    return;
  }
  const Tensor& input = view.input(LstmOperand::input);
  if (!check_type(view, input, "input", {ElementType::f32, ElementType::s8}, diagnostics) ||
      !check_shapes(view, diagnostics) || !check_states(view, diagnostics) ||
      !check_gates(view, diagnostics))
    return;
  if (input.type == ElementType::s8) check_quantization(view, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  const Tensor& input = view.input(LstmOperand::input);
  return {{input.type, {input.shape[0], input.shape[1], units(view)}}};
}

std::int64_t macs(const NodeView& view) {
  const auto [batches, steps] = extents(view);
  const std::int64_t per_unit = std::int64_t{gates} * (inputs(view) + units(view));
  return std::int64_t{batches} * steps * units(view) * per_unit;
}

Field sizes_field(const NodeView& view) {
  const auto [batches, steps] = extents(view);
  const bool time_major = view.attributes<LstmAttributes>().time_major;
  return labelled_field("sizes", {{"batches", std::int64_t{batches}},
                                  {"steps", std::int64_t{steps}},
                                  {"inputs", std::int64_t{inputs(view)}},
                                  {"units", std::int64_t{units(view)}},
                                  {"rows of a batch", std::int64_t{time_major ? 1 : steps}},
                                  {"of a step", std::int64_t{time_major ? batches : 1}}});
}

/// Rows of one unit's gates after each other: `per_gate[g]` has rows of `row` elements by unit.
template <typename T>
std::vector<T> by_unit(const std::vector<std::vector<T>>& per_gate, std::size_t row) {
  std::vector<T> packed;
  for (std::size_t at = 0; at < per_gate[0].size(); at += row)
    for (const std::vector<T>& gate : per_gate)
      packed.insert(packed.end(), gate.begin() + static_cast<std::ptrdiff_t>(at),
                    gate.begin() + static_cast<std::ptrdiff_t>(at + row));
  return packed;
}

template <typename T>
Field weights_field(const NodeView& view, std::string_view name, std::size_t first,
                    StepBuilder& builder) {
  std::vector<std::vector<T>> per_gate;
  for (std::size_t gate = 0; gate < gates; ++gate)
    per_gate.push_back(elements<T>(view.input(first + gate)));
  const auto row = static_cast<std::size_t>(view.input(first).shape[1]);
  return constant_field(
      name, builder.constant(name, by_unit(per_gate, row), static_cast<std::int64_t>(gates * row)));
}

template <typename T>
Field bias_field(std::string_view name, const std::vector<std::vector<T>>& per_gate,
                 StepBuilder& builder) {
  return constant_field(name, builder.constant(name, by_unit(per_gate, 1)));
}

using GateOperands = LinearOperands (*)(const NodeView&, std::size_t gate);

Field quantized_bias(const NodeView& view, std::string_view name, GateOperands operands,
                     StepBuilder& builder) {
  std::vector<std::vector<std::int32_t>> per_gate(gates);
  for (std::size_t gate = 0; gate < gates; ++gate)
    for (const std::int64_t value : folded_bias(operands(view, gate)))
      per_gate[gate].push_back(static_cast<std::int32_t>(value));
  return bias_field(name, per_gate, builder);
}

Field float_bias(const NodeView& view, StepBuilder& builder) {
  std::vector<std::vector<float>> per_gate;
  for (std::size_t gate = 0; gate < gates; ++gate) {
    const LinearOperands operands = from_input(view, gate);
    per_gate.push_back(operands.bias ? elements<float>(*operands.bias)
                                     : std::vector<float>(static_cast<std::size_t>(units(view))));
  }
  return bias_field("bias", per_gate, builder);
}

std::vector<Multiplier> gate_multipliers(const NodeView& view, GateOperands operands) {
  std::vector<Multiplier> multipliers;
  for (std::size_t gate = 0; gate < gates; ++gate)
    multipliers.push_back(quantize_multiplier(linear_scale(operands(view, gate), 0)));
  return multipliers;
}

Field gates_field(std::string_view name, const std::vector<Multiplier>& multipliers,
                  std::int32_t Multiplier::* part) {
  Field field{std::string(name), {}, {}};
  for (const Multiplier& each : multipliers) field.values.emplace_back(std::int64_t{each.*part});
  return field;
}

/// Largest magnitude of the cell when it is clipped.
std::optional<std::int64_t> cell_limit(const NodeView& view) {
  const double clip = static_cast<double>(view.attributes<LstmAttributes>().cell_clip);
  if (!(clip > 0)) return {};
  return static_cast<std::int64_t>(std::min(clip / scale_of(cell(view)), 32767.0));
}

Struct layer_s8(const NodeView& view, StepBuilder& builder) {
  const std::vector<Multiplier> input = gate_multipliers(view, from_input);
  const std::vector<Multiplier> recurrent = gate_multipliers(view, from_hidden);
  const std::optional<std::int64_t> limit = cell_limit(view);
  // To the argument of the tanh table: times 3 * 2^12 * the cell's scale.
  const int left = *cell_power(cell(view)) + 12;
  return {"lstm_s8_layer",
          {sizes_field(view),
           weights_field<std::int8_t>(view, "weights", LstmOperand::weights, builder),
           weights_field<std::int8_t>(view, "recurrent_weights", LstmOperand::recurrent_weights,
                                      builder),
           quantized_bias(view, "bias", from_input, builder),
           quantized_bias(view, "recurrent_bias", from_hidden, builder),
           constant_field("sigmoid", builder.table("sigmoid", sigmoid_table())),
           gates_field("multipliers", input, &Multiplier::multiplier),
           gates_field("shifts", input, &Multiplier::shift),
           gates_field("recurrent multipliers", recurrent, &Multiplier::multiplier),
           gates_field("recurrent shifts", recurrent, &Multiplier::shift),
           scaling_field("candidate", product_scale(cell(view))),
           int_field("cell min", limit ? -*limit : INT16_MIN),
           int_field("cell max", limit ? *limit : INT16_MAX),
           int_field("tanh multiplier", left > 0 ? 3 << left : 3),
           int_field("tanh shift", left < 0 ? -left : 0),
           scaling_field("hidden", product_scale(hidden(view))),
           output_range_field(hidden(view), range_of(ElementType::s8))}};
}

std::vector<Operand> step_operands(StepBuilder& builder) {
  return {builder.input(LstmOperand::input), builder.output(), builder.state(LstmOperand::hidden),
          builder.state(LstmOperand::cell)};
}

void lower_s8(const NodeView& view, StepBuilder& builder) {
  builder.step({"lstm_s8", "smelt/lstm.h", invoke<&smelt::lstm_s8>}, layer_s8(view, builder),
               step_operands(builder));
}

void lower_f32(const NodeView& view, StepBuilder& builder) {
  const float clip = view.attributes<LstmAttributes>().cell_clip;
  builder.step(
      {"lstm_f32", "smelt/lstm.h", invoke<&smelt::lstm_f32>},
      {"lstm_f32_layer",
       {sizes_field(view), weights_field<float>(view, "weights", LstmOperand::weights, builder),
        weights_field<float>(view, "recurrent_weights", LstmOperand::recurrent_weights, builder),
        float_bias(view, builder),
        float_field("cell_clip", clip > 0 ? clip : std::numeric_limits<float>::infinity())}},
      step_operands(builder));
}

template <ElementType type>
bool is_type(const NodeView& view, const Target&) {
  return view.input(LstmOperand::input).type == type;
}

constexpr KernelRow kernels[] = {
    {"lstm_s8", is_type<ElementType::s8>, lower_s8},
    {"lstm_f32", is_type<ElementType::f32>, lower_f32},
};

}  // namespace

const OpDef lstm = {
    .name = "lstm",
    .operands = {"input", "input_to_input", "input_to_forget", "input_to_cell", "input_to_output",
                 "hidden_to_input", "hidden_to_forget", "hidden_to_cell", "hidden_to_output",
                 "input_bias?", "forget_bias?", "cell_bias?", "output_bias?", "hidden", "cell"},
    .attributes = attribute_table<LstmAttributes>(),
    .check = check,
    .infer = infer,
    .macs = macs,
    .quantization = &lstm_quantization,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
