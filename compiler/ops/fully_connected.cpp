// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/fully_connected.h"

#include <fmt/format.h>

#include "compiler/ops/channels.h"
#include "compiler/ops/coded.h"
#include "compiler/ops/cores.h"
#include "compiler/ops/linear.h"
#include "compiler/ops/quantization_rules.h"
#include "smelt/fully_connected.h"
#include "smelt/fully_connected_s16.h"
#include "smelt/fully_connected_s4.h"

namespace smelt::ops {
namespace {

LinearOperands linear_operands(const NodeView& view) {
  return {.input = view.input(0),
          .weights = view.input(1),
          .bias = view.has_input(2) ? &view.input(2) : nullptr,
          .output = view.output(),
          .activation = view.attributes<FullyConnectedAttributes>().activation,
          .channels = view.input(1).shape[0],
          .float_product = !view.input(1).quantization.per_channel(),
          .packed_weights = true};
}

std::int32_t rows(const NodeView& view) {
  return static_cast<std::int32_t>(element_count(view.input(0).shape) / view.input(1).shape[1]);
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Shape& input = view.input(0).shape;
  const Shape& weights = view.input(1).shape;
  if (!check_type(view, view.input(0), "input",
                  {ElementType::f32, ElementType::s8, ElementType::u8, ElementType::s16},
                  diagnostics))
    return;
  const bool keep = view.attributes<FullyConnectedAttributes>().keep_dims;
  if (weights.size() != 2 || weights[0] < 1 || weights[1] < 1 ||
      element_count(input) % weights[1] != 0 ||
      (keep && (input.empty() || input.back() != weights[1]))) {
    diagnostics
        .error(place_of(view.graph, view.node), fmt::format("weights {} do not match the input {}",
                                                            to_string(weights), to_string(input)))
        .note("weights are [outputs][inputs], and inputs divide the input's elements");
    return;
  }
  check_linear(view, linear_operands(view), diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  const std::int32_t outputs = view.input(1).shape[0];
  Shape shape{rows(view), outputs};
  if (view.attributes<FullyConnectedAttributes>().keep_dims) {
    shape = view.input(0).shape;
    shape.back() = outputs;
  }
  return {{view.input(0).type, shape}};
}

std::int64_t macs(const NodeView& view) {
  return element_count(view.input(1).shape) * rows(view);
}

FullyConnected fully_connected_of(const NodeView& view) {
  const Shape& weights = view.input(1).shape;
  return {.rows = rows(view),
          .inputs = weights[1],
          .outputs = weights[0],
          .operands = linear_operands(view)};
}

/// The rows of the inputs, each of whole bytes of weights.
std::optional<TensorRows> input_rows(const NodeView& view, const LinearFormat& format) {
  const auto image = collected_rows(view);
  const bool whole = image && (format.weights != ElementType::s4 || image->elements % 2 == 0);
  return whole ? image : std::nullopt;
}

template <const LinearFormat& format, auto kernel>
void lower(const NodeView& view, StepBuilder& builder) {
  const Tensor& weights = view.input(1);
  const ConstantId data =
      weights_constant(format, weights.data, {.length = weights.shape[1]}, builder);
  Step& step =
      builder.step(linear_kernel("fully_connected", format, invoke<kernel>),
                   {linear_layer("fully_connected", format),
                    {int_field("rows", rows(view)), int_field("inputs", weights.shape[1]),
                     int_field("outputs", weights.shape[0]), constant_field("weights", data),
                     int_field("weights_zero_point", zero_point_of(weights)),
                     output_stage(format, linear_operands(view), builder)}},
                   {builder.input(0), builder.output()});
  step.summary = activation_summary(linear_operands(view).activation);
  if (const auto image = input_rows(view, format))
    step.row_form = collecting(step, *image, builder.scratch("sums", format.sum, weights.shape[0]));
}

template <const LinearFormat& format>
bool is_format(const NodeView& view, const Target&) {
  return computes(format, linear_operands(view));
}

template <const LinearFormat& format, auto kernel>
constexpr KernelRow row = {format.name, is_format<format>, lower<format, kernel>};

template <const Core& core>
bool is_core(const NodeView& view, const Target& target) {
  return core.computes(linear_operands(view), target);
}

template <const Core& core>
void lower_by(const NodeView& view, StepBuilder& builder) {
  core.lower_fully_connected(view, fully_connected_of(view), builder);
}

bool is_coded(const NodeView& view, const Target&) {
  return has_coded_kernel(linear_operands(view));
}

template <Coding coding>
void lower_coded(const NodeView& view, StepBuilder& builder) {
  lower_coded_fully_connected(view, fully_connected_of(view), coding, builder);
}

constexpr KernelRow kernels[] = {
    {"helium", is_core<cores::helium>, lower_by<cores::helium>},
    {"dsp", is_core<cores::dsp>, lower_by<cores::dsp>},
    {"armv6m", is_core<cores::armv6m>, lower_by<cores::armv6m>},
    {"avr", is_core<cores::avr>, lower_by<cores::avr>},
    row<formats::s8, &smelt::fully_connected_s8>,
    row<formats::u8, &smelt::fully_connected_u8>,
    row<formats::f32, &smelt::fully_connected_f32>,
    row<formats::s16x8, &smelt::fully_connected_s16x8>,
    row<formats::s16x8_s64, &smelt::fully_connected_s16x8_s64>,
    row<formats::s16x8_b32, &smelt::fully_connected_s16x8_b32>,
    row<formats::s8x4, &smelt::fully_connected_s8x4>,
    row<formats::s16x4, &smelt::fully_connected_s16x4>,
    row<formats::s16x4_s64, &smelt::fully_connected_s16x4_s64>,
    {"coded", is_coded, lower_coded<Coding::values>, Coding::values},
    {"runs", is_coded, lower_coded<Coding::runs>, Coding::runs},
};

const ChannelRule channels = {
    .kind = ChannelRule::Kind::mix,
    .applies =
        [](const NodeView& view) { return channel_count(view.input(0)) == view.input(1).shape[1]; },
    .axes =
        [](const NodeView&) {
          return std::vector<ChannelRule::Axes>{{.operand = 1, .output = 0, .input = 1},
                                                {.operand = 2, .output = 0}};
        },
};

/// The input as it is: a row of patches per row of outputs.
Patches patches(const NodeView& view, std::span<const float> input, std::int32_t) {
  return {.rows = rows(view),
          .taps = view.input(1).shape[1],
          .values = std::vector<float>(input.begin(), input.end())};
}

const QuantizationRule quantization = {
    .operands = {QuantizationRule::Role::activation, QuantizationRule::Role::weights,
                 QuantizationRule::Role::bias},
    .groups = [](const NodeView&) { return 1; },
    .patches = patches,
};

}  // namespace

std::optional<TensorRows> collected_rows(const NodeView& view) {
  return rows(view) == 1 ? rows_of(view.input(0).shape) : std::nullopt;
}

std::string activation_summary(Activation activation) {
  return activation == Activation::none ? "" : std::string(to_string(activation));
}

const OpDef fully_connected = {
    .name = "fully_connected",
    .operands = {"input", "weights", "bias?"},
    .attributes = attribute_table<FullyConnectedAttributes>(),
    .check = check,
    .infer = infer,
    .macs = macs,
    .channels = &channels,
    .quantization = &quantization,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
