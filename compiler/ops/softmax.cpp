// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/softmax.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/ops/scaling.h"
#include "compiler/ops/tables_s16.h"
#include "smelt/softmax.h"
#include "smelt/softmax_f32.h"
#include "smelt/softmax_s16.h"

namespace smelt::ops {
namespace {

/// A row of as many largest elements sums up to 2^31.
constexpr std::int32_t max_quantized_depth = 4095;
/// The table costs 1 KiB of flash: of fewer elements, their exponentials are quickly computed.
constexpr std::int64_t min_table_elements = 64;

/// Differences of 17 bits are shifted by so much at most.
constexpr std::int32_t max_table_shift = 14;
/// Exponentials in Q0.15, of which a row of the largest sums up to 2^31.
constexpr std::int32_t max_depth_s16 = 65535;

/// Input in Q5 per unit of the quantized input.
double argument_scale(const NodeView& view) {
  const double real = static_cast<double>(view.attributes<SoftmaxAttributes>().beta) *
                      static_cast<double>(view.input(0).quantization.scale()) * (1 << 26);
  return std::min(real, 2147483647.0);
}

std::int32_t depth(const NodeView& view) {
  return view.input(0).shape.back();
}

std::int32_t rows(const NodeView& view) {
  return static_cast<std::int32_t>(element_count(view.input(0).shape) / depth(view));
}

void check_output(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& output = view.output();
  if (!check_quantized(view, output, "output", diagnostics)) return;
  const bool wide = view.input(0).type == ElementType::s16;
  const float scale = wide                              ? 1.0F / 32768
                      : output.type == ElementType::s16 ? 1.0F / 65536
                                                        : 1.0F / 256;
  const std::int32_t zero = wide ? 0 : range_of(output.type).min;
  if (output.quantization.scale() == scale && output.quantization.zero_point() == zero) return;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("the output has scale {} and zero point {}", output.quantization.scale(),
                         output.quantization.zero_point()))
      .note(fmt::format("a softmax to {} needs scale {} and zero point {}", to_string(output.type),
                        scale, zero));
}

/// From differences of 16-bit inputs to the argument of the table, which ends at -10.
double table_scale(const NodeView& view) {
  const double step = static_cast<double>(view.input(0).quantization.scale()) *
                      static_cast<double>(view.attributes<SoftmaxAttributes>().beta);
  return step / (10.0 / 65535.0);
}

void check_depth(const NodeView& view, std::int32_t most, Diagnostics& diagnostics) {
  if (depth(view) <= most) return;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("rows of {} elements can overflow 32 bits", depth(view)))
      .note(fmt::format("at most {} elements are supported", most));
}

void check_s16_input(const NodeView& view, Diagnostics& diagnostics) {
  if (!check_scaled(view, view.input(0), "input", diagnostics)) return;
  if (quantize_multiplier(table_scale(view)).shift > max_table_shift)
    diagnostics
        .error(place_of(view.graph, view.node),
               fmt::format("the input's scale {} is too large", view.input(0).quantization.scale()))
        .note("beta * scale must be less than 2.5");
  check_depth(view, max_depth_s16, diagnostics);
}

void check_quantized_input(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  const Place place = place_of(view.graph, view.node);
  if (!check_quantized(view, input, "input", diagnostics)) return;
  if (argument_scale(view) < 0.5)
    diagnostics
        .error(place, fmt::format("the input's scale {} is too small", input.quantization.scale()))
        .note("beta * scale must be at least 2^-27");
  check_depth(view, max_quantized_depth, diagnostics);
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  const Place place = place_of(view.graph, view.node);
  if (!check_type(view, input, "input",
                  {ElementType::f32, ElementType::s8, ElementType::u8, ElementType::s16},
                  diagnostics))
    return;
  const bool narrow = input.type == ElementType::s8 && view.output().type == ElementType::s16;
  if (!narrow && !check_type(view, view.output(), "output", {input.type}, diagnostics)) return;
  if (input.shape.empty() || element_count(input.shape) < 1) {
    diagnostics.error(place, fmt::format("the input has shape {}, which has no elements along a "
                                         "last axis",
                                         to_string(input.shape)));
    return;
  }
  const float beta = view.attributes<SoftmaxAttributes>().beta;
  if (!std::isfinite(beta) || beta <= 0) {
    diagnostics.error(place, fmt::format("beta is {}, it must be positive", beta));
    return;
  }
  if (input.type == ElementType::f32) return;
  if (input.type == ElementType::s16)
    check_s16_input(view, diagnostics);
  else
    check_quantized_input(view, diagnostics);
  check_output(view, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.output().type, view.input(0).shape}};
}

smelt::softmax_layer layer_of(const NodeView& view) {
  const Multiplier scale = quantize_multiplier(argument_scale(view));
  const double reach = std::floor(31.0 * (1 << 26) / std::exp2(scale.shift));
  return {rows(view), depth(view), scale.multiplier, scale.shift,
          -static_cast<std::int32_t>(reach)};
}

/// The exponential of every difference of two inputs.
std::vector<std::int32_t> exponentials(const NodeView& view) {
  const smelt::softmax_layer layer = layer_of(view);
  std::vector<std::int32_t> table;
  for (std::int32_t i = 0; i < 256; ++i) table.push_back(smelt::softmax_exponential(layer, -i));
  return table;
}

/// "s8", or "s8_s16" where the output has another type.
std::string suffix(const NodeView& view) {
  const ElementType input = view.input(0).type;
  const ElementType output = view.output().type;
  return input == output ? std::string(to_string(input))
                         : fmt::format("{}_{}", to_string(input), to_string(output));
}

template <auto kernel>
void lower_quantized(const NodeView& view, StepBuilder& builder) {
  const smelt::softmax_layer layer = layer_of(view);
  builder.step({"softmax_" + suffix(view), "smelt/softmax.h", invoke<kernel>},
               {"softmax_layer",
                {int_field("rows", layer.rows), int_field("depth", layer.depth),
                 int_field("multiplier", layer.multiplier), int_field("shift", layer.shift),
                 int_field("least_difference", layer.least_difference)},
                {}},
               {builder.input(0), builder.output()});
}

template <auto kernel>
void lower_table(const NodeView& view, StepBuilder& builder) {
  const ConstantId table = builder.table("exponentials", exponentials(view));
  builder.step({"softmax_table_" + suffix(view), "smelt/softmax.h", invoke<kernel>},
               {"softmax_table_layer",
                {int_field("rows", rows(view)), int_field("depth", depth(view)),
                 constant_field("exponentials", table)},
                {}},
               {builder.input(0), builder.output()});
}

void lower_s16(const NodeView& view, StepBuilder& builder) {
  const ConstantId exponentials = builder.table("exponentials", exponential_table_s16());
  const ConstantId reciprocals = builder.table("reciprocals", reciprocal_table_s16());
  builder.step(
      {"softmax_s16", "smelt/softmax_s16.h", invoke<&smelt::softmax_s16>},
      {"softmax_s16_layer",
       {int_field("rows", rows(view)), int_field("depth", depth(view)),
        scaling_field("argument", table_scale(view)), constant_field("exponentials", exponentials),
        constant_field("reciprocals", reciprocals)},
       {}},
      {builder.input(0), builder.output()});
}

void lower_f32(const NodeView& view, StepBuilder& builder) {
  builder.step({"softmax_f32", "smelt/softmax_f32.h", invoke<&smelt::softmax_f32>},
               {"softmax_f32_layer",
                {int_field("rows", rows(view)), int_field("depth", depth(view)),
                 float_field("beta", view.attributes<SoftmaxAttributes>().beta)},
                {}},
               {builder.input(0), builder.output()});
}

template <ElementType input, ElementType output>
bool converts(const NodeView& view, const Target&) {
  return view.input(0).type == input && view.output().type == output;
}

template <ElementType input, ElementType output>
bool pays(const NodeView& view, const Target& target) {
  return converts<input, output>(view, target) &&
         element_count(view.input(0).shape) >= min_table_elements;
}

using enum ElementType;
constexpr KernelRow kernels[] = {
    {"softmax_table_s8", pays<s8, s8>, lower_table<&smelt::softmax_table_s8>},
    {"softmax_table_u8", pays<u8, u8>, lower_table<&smelt::softmax_table_u8>},
    {"softmax_table_s8_s16", pays<s8, s16>, lower_table<&smelt::softmax_table_s8_s16>},
    {"softmax_s8", converts<s8, s8>, lower_quantized<&smelt::softmax_s8>},
    {"softmax_u8", converts<u8, u8>, lower_quantized<&smelt::softmax_u8>},
    {"softmax_s8_s16", converts<s8, s16>, lower_quantized<&smelt::softmax_s8_s16>},
    {"softmax_s16", converts<s16, s16>, lower_s16},
    {"softmax_f32", converts<f32, f32>, lower_f32},
};

Quantization output_quantization(ElementType type) {
  return type == ElementType::s16 ? Quantization{{1.0F / 32768}, {0}}
                                  : Quantization{{1.0F / 256}, {-128}};
}

const QuantizationRule quantization = {
    .operands = {QuantizationRule::Role::activation},
    .output = output_quantization,
};

}  // namespace

const OpDef softmax = {
    .name = "softmax",
    .operands = {"input"},
    .attributes = attribute_table<SoftmaxAttributes>(),
    .check = check,
    .infer = infer,
    .quantization = &quantization,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
    .in_place = true,
};

}  // namespace smelt::ops
