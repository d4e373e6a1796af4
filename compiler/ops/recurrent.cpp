// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/recurrent.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "compiler/ops/quantization.h"
#include "compiler/ops/recurrent_s16.h"
#include "smelt/recurrent_f32.h"

namespace smelt::ops {
namespace {

using At = RecurrentOperand;

/// By the numbers of smelt::recurrent_curve.
constexpr std::array<std::string_view, 5> curve_names = {"sigmoid", "tanh", "relu", "affine",
                                                         "hard_sigmoid"};

std::int32_t gates(const NodeView& view) {
  if (view.node.op == &sequence_lstm) return smelt::sequence_lstm_gates;
  return view.node.op == &sequence_gru ? smelt::gru_gates : 1;
}

std::string_view name_of(const NodeView& view, std::size_t operand) {
  std::string_view name = view.node.op->operands[operand];
  if (name.back() == '?') name.remove_suffix(1);
  return name;
}

const RecurrentAttributes& attributes_of(const NodeView& view) {
  return view.attributes<RecurrentAttributes>();
}

// --- checks --------------------------------------------------------------------------------------

bool check_sizes(const NodeView& view, Diagnostics& diagnostics) {
  const Shape& input = view.input(At::input).shape;
  const Shape& weights = view.input(At::weights).shape;
  const Shape& recurrent = view.input(At::recurrent_weights).shape;
  const std::int64_t rows = recurrent.size() == 2 ? std::int64_t{gates(view)} * recurrent[1] : 0;
  if (input.size() == 3 && *std::min_element(input.begin(), input.end()) > 0 && rows > 0 &&
      weights.size() == 2 && weights[0] == rows && recurrent[0] == rows && weights[1] == input[2])
    return true;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("weights {} and {} do not match the input {}", to_string(weights),
                         to_string(recurrent), to_string(input)))
      .note(fmt::format("inputs are [step][batch][input], weights [{} gates][unit] of inputs and "
                        "of units",
                        gates(view)));
  return false;
}

/// An operand that may be absent.
bool check_operand(const NodeView& view, std::size_t i, bool constant, ElementType type,
                   const Shape& shape, Diagnostics& diagnostics) {
  if (!view.has_input(i)) return true;
  const Tensor& tensor = view.input(i);
  const std::string_view role = name_of(view, i);
  if (!check_type(view, tensor, role, {type}, diagnostics)) return false;
  const Place place = place_of(view.graph, view.node);
  if (tensor.shape != shape) {
    diagnostics.error(place, fmt::format("{} has shape {}, expected {}", role,
                                         to_string(tensor.shape), to_string(shape)));
    return false;
  }
  if (!constant || tensor.constant) return true;
  diagnostics.error(place, fmt::format("{} must be constants", role))
      .note("weights that are computed on the device are not supported");
  return false;
}

/// Types that go together.
struct OperandTypes {
  ElementType weights, bias, state;
};

bool check_operands(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (!check_type(view, view.input(At::input), "input", {f32, s8, s16}, diagnostics)) return false;
  const auto [count, steps, batches, inputs, n] = recurrent_extents(view);
  const std::int32_t rows = count * n;
  const OperandTypes types =
      view.input(At::input).type == f32 ? OperandTypes{f32, f32, f32} : OperandTypes{s8, s32, s16};
  const auto constant = [&](std::size_t i, ElementType type, const Shape& shape) {
    return check_operand(view, i, true, type, shape, diagnostics);
  };
  const auto state = [&](std::size_t i) {
    return check_operand(view, i, false, types.state, {batches, n}, diagnostics);
  };
  if (!constant(At::weights, types.weights, {rows, inputs}) ||
      !constant(At::recurrent_weights, types.weights, {rows, n}) ||
      !constant(At::bias, types.bias, {rows}) ||
      !check_operand(view, At::lengths, false, s32, {batches}, diagnostics) || !state(At::hidden))
    return false;
  if (view.node.op == &sequence_gru) return constant(At::reset_bias, types.bias, {n});
  return view.node.op != &sequence_lstm ||
         (state(At::cell) && constant(At::peepholes, f32, {3 * n}));
}

void check_attributes(const NodeView& view, Diagnostics& diagnostics) {
  const auto& a = attributes_of(view);
  const Place place = place_of(view.graph, view.node);
  for (const std::string& name : {a.gate, a.candidate, a.output})
    if (!is_recurrent_curve(name))
      diagnostics.error(place, fmt::format("activation \"{}\" is not supported", name))
          .note(fmt::format("supported: {}", fmt::join(curve_names, ", ")));
  for (const float number : {a.gate_alpha, a.gate_beta, a.candidate_alpha, a.candidate_beta,
                             a.output_alpha, a.output_beta, a.clip})
    if (!std::isfinite(number))
      diagnostics.error(place, fmt::format("has an attribute that is {}", number))
          .note("it must be a finite number");
  if (view.node.op != &sequence_lstm && (a.cell_row || a.coupled))
    diagnostics.error(place, "has a cell_row or coupled gates, but no cell");
  if (!a.all_rows && !a.hidden_row && !a.cell_row) diagnostics.error(place, "has no output rows");
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  if (!check_sizes(view, diagnostics) || !check_operands(view, diagnostics)) return;
  check_attributes(view, diagnostics);
  if (view.input(At::input).type != ElementType::f32 && !diagnostics.failed())
    check_recurrent_s16(view, diagnostics);
}

// --- facts ---------------------------------------------------------------------------------------

std::vector<TensorType> infer(const NodeView& view) {
  const auto& a = attributes_of(view);
  const RecurrentExtents e = recurrent_extents(view);
  const std::int32_t rows =
      (a.all_rows ? e.steps : 0) + (a.hidden_row ? 1 : 0) + (a.cell_row ? 1 : 0);
  return {{view.input(At::input).type, {rows, e.batches, e.units}}};
}

std::int64_t macs(const NodeView& view) {
  const RecurrentExtents e = recurrent_extents(view);
  const std::int64_t per_unit = std::int64_t{e.gates} * (e.inputs + e.units);
  return std::int64_t{e.steps} * e.batches * e.units * per_unit;
}

// --- lowering ------------------------------------------------------------------------------------

Field sizes_field(const NodeView& view) {
  const auto& a = attributes_of(view);
  const RecurrentExtents e = recurrent_extents(view);
  return labelled_field("sizes", {{"batches", std::int64_t{e.batches}},
                                  {"steps", std::int64_t{e.steps}},
                                  {"inputs", std::int64_t{e.inputs}},
                                  {"units", std::int64_t{e.units}},
                                  {"reverse", std::int64_t{a.reverse}},
                                  {"rows of all steps", std::int64_t{a.all_rows ? e.steps : 0}},
                                  {"of the last hidden state", std::int64_t{a.hidden_row}},
                                  {"of the last cell", std::int64_t{a.cell_row}}});
}

Field curve_field(std::string_view name, std::string_view curve, float alpha, float beta,
                  float clip) {
  const auto kind = std::find(curve_names.begin(), curve_names.end(), curve) - curve_names.begin();
  const float limit = clip > 0 ? clip : std::numeric_limits<float>::infinity();
  return labelled_field(
      name, {{curve, std::int64_t{kind}}, {"alpha", alpha}, {"beta", beta}, {"clip", limit}});
}

Field gate_curve(const RecurrentAttributes& a) {
  return curve_field("gate", a.gate, a.gate_alpha, a.gate_beta, a.clip);
}
Field candidate_curve(const RecurrentAttributes& a) {
  return curve_field("candidate", a.candidate, a.candidate_alpha, a.candidate_beta, a.clip);
}
Field output_curve(const RecurrentAttributes& a) {
  return curve_field("output", a.output, a.output_alpha, a.output_beta, a.clip);
}

/// Weights or a bias; per_channel: elements of one row.
Field constants_field(const NodeView& view, std::string_view name, std::size_t i,
                      StepBuilder& builder) {
  const Tensor& tensor = view.input(i);
  const std::int64_t row = tensor.shape.size() > 1 ? tensor.shape.back() : 0;
  return constant_field(name, builder.constant(name, elements<float>(tensor), row));
}

Field optional_constants(const NodeView& view, std::string_view name, std::size_t i,
                         StepBuilder& builder) {
  return view.has_input(i) ? constants_field(view, name, i, builder) : int_field(name, 0);
}

Field bias_field(const NodeView& view, StepBuilder& builder) {
  if (view.has_input(At::bias)) return constants_field(view, "bias", At::bias, builder);
  const auto rows = static_cast<std::size_t>(view.input(At::weights).shape[0]);
  return constant_field("bias", builder.constant("bias", std::vector<float>(rows)));
}

/// A buffer or constant, or null.
Operand optional_operand(const NodeView& view, std::size_t i, ElementType type,
                         StepBuilder& builder) {
  if (view.has_input(i)) return builder.input(i);
  return builder.scratch(fmt::format("no_{}", name_of(view, i)), type, 0);
}

/// Weights come first and curves last in all layers; `between` are the fields of one cell.
void add_f32_step(const NodeView& view, void (*invoke)(const HostCall&), std::vector<Field> between,
                  const std::vector<Field>& curves, std::int32_t state_rows, StepBuilder& builder) {
  std::vector<Field> fields = {
      constants_field(view, "weights", At::weights, builder),
      constants_field(view, "recurrent_weights", At::recurrent_weights, builder),
      bias_field(view, builder)};
  fields.insert(fields.end(), between.begin(), between.end());
  fields.insert(fields.end(), curves.begin(), curves.end());
  add_recurrent_step(view, {"", "smelt/recurrent_f32.h", invoke}, std::move(fields), state_rows,
                     builder);
}

void lower_rnn(const NodeView& view, StepBuilder& builder) {
  add_f32_step(view, invoke<&smelt::sequence_rnn_f32>, {}, {candidate_curve(attributes_of(view))},
               2, builder);
}

void lower_gru(const NodeView& view, StepBuilder& builder) {
  const auto& a = attributes_of(view);
  add_f32_step(view, invoke<&smelt::sequence_gru_f32>,
               {optional_constants(view, "reset_bias", At::reset_bias, builder)},
               {gate_curve(a), candidate_curve(a)}, smelt::gru_gates + 2, builder);
}

void lower_lstm(const NodeView& view, StepBuilder& builder) {
  const auto& a = attributes_of(view);
  add_f32_step(view, invoke<&smelt::sequence_lstm_f32>,
               {optional_constants(view, "peepholes", At::peepholes, builder),
                int_field("coupled", a.coupled)},
               {gate_curve(a), candidate_curve(a), output_curve(a)}, smelt::sequence_lstm_gates + 2,
               builder);
}

template <ElementType type>
bool is_type(const NodeView& view, const Target&) {
  return view.input(At::input).type == type;
}

template <void (*lower)(const NodeView&, StepBuilder&)>
constexpr KernelRow f32_row = {"f32", is_type<ElementType::f32>, lower};

constexpr KernelRow rnn_kernels[] = {f32_row<lower_rnn>,
                                     {"s8", is_type<ElementType::s8>, lower_rnn_s8},
                                     {"s16", is_type<ElementType::s16>, lower_rnn_s16}};
constexpr KernelRow gru_kernels[] = {f32_row<lower_gru>,
                                     {"s8", is_type<ElementType::s8>, lower_gru_s8},
                                     {"s16", is_type<ElementType::s16>, lower_gru_s16}};
constexpr KernelRow lstm_kernels[] = {f32_row<lower_lstm>,
                                      {"s8", is_type<ElementType::s8>, lower_lstm_s8},
                                      {"s16", is_type<ElementType::s16>, lower_lstm_s16}};

OpDef recurrent(std::string_view name, std::initializer_list<std::string_view> more,
                std::span<const KernelRow> (*kernels)()) {
  std::vector<std::string_view> operands = {"input", "weights",  "recurrent_weights",
                                            "bias?", "lengths?", "hidden?"};
  operands.insert(operands.end(), more);
  return {.name = name,
          .operands = std::move(operands),
          .attributes = attribute_table<RecurrentAttributes>(),
          .check = check,
          .infer = infer,
          .macs = macs,
          .quantization = &recurrent_quantization,
          .kernels = kernels};
}

}  // namespace

RecurrentExtents recurrent_extents(const NodeView& view) {
  const Shape& input = view.input(At::input).shape;
  return {gates(view), input[0], input[1], input[2], view.input(At::recurrent_weights).shape[1]};
}

void add_recurrent_step(const NodeView& view, const Kernel& kernel, std::vector<Field> fields,
                        std::int32_t state_rows, StepBuilder& builder) {
  const ElementType type = view.input(At::input).type;
  const ElementType state = type == ElementType::f32 ? type : ElementType::s16;
  const std::string name = fmt::format("{}_{}", view.node.op->name, to_string(type));
  fields.insert(fields.begin(), sizes_field(view));
  std::vector<Operand> operands = {builder.input(At::input),
                                   optional_operand(view, At::lengths, ElementType::s32, builder),
                                   optional_operand(view, At::hidden, state, builder)};
  if (view.node.op == &sequence_lstm)
    operands.push_back(optional_operand(view, At::cell, state, builder));
  operands.push_back(builder.output());
  const auto [count, steps, batches, inputs, units] = recurrent_extents(view);
  operands.push_back(builder.scratch("state", state, std::int64_t{state_rows} * units));
  builder
      .step({name, kernel.header, kernel.invoke}, {name + "_layer", std::move(fields), {}},
            std::move(operands))
      .summary = fmt::format("{} steps{}", steps, attributes_of(view).reverse ? ", reverse" : "");
}

bool is_recurrent_curve(std::string_view name) {
  return std::find(curve_names.begin(), curve_names.end(), name) != curve_names.end();
}

const OpDef sequence_rnn =
    recurrent("sequence_rnn", {}, [] { return std::span<const KernelRow>(rnn_kernels); });
const OpDef sequence_gru = recurrent("sequence_gru", {"reset_bias?"},
                                     [] { return std::span<const KernelRow>(gru_kernels); });
const OpDef sequence_lstm = recurrent("sequence_lstm", {"cell?", "peepholes?"},
                                      [] { return std::span<const KernelRow>(lstm_kernels); });

}  // namespace smelt::ops
