// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/conv_integer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/ops/quantization.h"
#include "compiler/ops/window.h"
#include "smelt/conv_integer.h"

namespace smelt::ops {
namespace {

using enum ElementType;

Window window_of(const NodeView& view) {
  const auto& attributes = view.attributes<ConvIntegerAttributes>();
  const Shape& weights = view.input(1).shape;
  return {.kernel = {weights[1], weights[2]},
          .stride = attributes.stride,
          .dilation = attributes.dilation,
          .pads = attributes.pads};
}

void check_constants(const NodeView& view, Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  const Tensor& weights = view.input(1);
  const bool biased = view.has_input(2);
  if (!weights.constant || (biased && !view.input(2).constant)) {
    diagnostics.error(place, "weights and bias must be constants of the model")
        .note("if they are inputs of the model, give their values with --bind");
    return;
  }
  if (biased && view.input(2).shape != Shape{weights.shape[0]}) {
    diagnostics.error(place, fmt::format("bias {} for {} outputs", to_string(view.input(2).shape),
                                         weights.shape[0]));
    return;
  }
  // No input is further than 255 from its zero point.
  std::int64_t largest = 0, bias = 0;
  for (const std::int64_t weight : integers(weights)) largest = std::max(largest, std::abs(weight));
  if (biased)
    for (const std::int64_t each : integers(view.input(2))) bias = std::max(bias, std::abs(each));
  const std::int64_t taps = element_count(weights.shape) / weights.shape[0];
  if (bias + taps * 255 * largest > INT32_MAX)
    diagnostics.error(place, fmt::format("sums of {} products can overflow 32 bits", taps))
        .note("split the layer");
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  const Shape& weights = view.input(1).shape;
  const Place place = place_of(view.graph, view.node);
  if (!check_type(view, input, "input", {s8, u8}, diagnostics) ||
      !check_type(view, view.input(1), "weights", {s8, s16}, diagnostics) ||
      (view.has_input(2) && !check_type(view, view.input(2), "bias", {s32}, diagnostics)))
    return;
  if (weights.size() != 4 || element_count(weights) < 1) {
    diagnostics.error(place, fmt::format("weights have shape {}", to_string(weights)));
    return;
  }
  if (!check_window(view, input.shape, window_of(view), diagnostics)) return;
  const std::int32_t channels = input.shape[3];
  const std::int32_t zero = view.attributes<ConvIntegerAttributes>().zero_point;
  const IntegerRange range = range_of(input.type);
  if (channels < 1 || channels % weights[3] != 0 || weights[0] % (channels / weights[3]) != 0)
    diagnostics.error(place, fmt::format("weights {} do not divide {} input channels into groups",
                                         to_string(weights), channels));
  else if (zero < range.min || zero > range.max)
    diagnostics.error(place, fmt::format("zero point {} is no {}", zero, to_string(input.type)));
  else
    check_constants(view, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  const Shape& input = view.input(0).shape;
  const Extent2 output = *output_extent(input, window_of(view));
  return {{s32, {input[0], output.height, output.width, view.input(1).shape[0]}}};
}

std::int64_t taps(const NodeView& view) {
  const Shape& weights = view.input(1).shape;
  return std::int64_t{weights[1]} * weights[2] * weights[3];
}

std::int64_t macs(const NodeView& view) {
  return element_count(view.output().shape) * taps(view);
}

template <auto kernel>
void lower(const NodeView& view, StepBuilder& builder) {
  const Tensor& weights = view.input(1);
  const Shape& input = view.input(0).shape;
  const Shape& output = view.output().shape;
  const Window window = window_of(view);
  const std::vector<std::int32_t> bias =
      view.has_input(2) ? elements<std::int32_t>(view.input(2))
                        : std::vector<std::int32_t>(static_cast<std::size_t>(output[3]));
  const std::string name = fmt::format("conv_integer_{}", to_string(weights.type));
  std::vector<Field> fields{
      images_field(window, input, output),
      int_field("kernel_height", window.kernel.height),
      int_field("kernel_width", window.kernel.width),
      int_field("stride_height", window.stride.height),
      int_field("stride_width", window.stride.width),
      int_field("dilation_height", window.dilation.height),
      int_field("dilation_width", window.dilation.width),
      int_field("groups", input[3] / weights.shape[3]),
      int_field("zero_point", view.attributes<ConvIntegerAttributes>().zero_point)};
  fields.push_back(constant_field(
      "weights", builder.constant("weights", weights.type, weights.data, taps(view))));
  fields.push_back(constant_field("bias", builder.constant("bias", bias)));
  builder
      .step({name, "smelt/conv_integer.h", invoke<kernel>},
            {name + "_layer", std::move(fields), {}}, {builder.input(0), builder.output()})
      .summary = describe(window, Activation::none);
}

template <ElementType input, ElementType weights>
bool takes_types(const NodeView& view, const Target&) {
  return view.input(0).type == input && view.input(1).type == weights;
}

constexpr KernelRow kernels[] = {
    {"conv_integer_s8_s8", takes_types<s8, s8>, lower<&smelt::conv_integer_s8<int8_t>>},
    {"conv_integer_u8_s8", takes_types<u8, s8>, lower<&smelt::conv_integer_s8<uint8_t>>},
    {"conv_integer_s8_s16", takes_types<s8, s16>, lower<&smelt::conv_integer_s16<int8_t>>},
    {"conv_integer_u8_s16", takes_types<u8, s16>, lower<&smelt::conv_integer_s16<uint8_t>>},
};

}  // namespace

const OpDef conv_integer = {
    .name = "conv_integer",
    .operands = {"input", "weights", "bias?"},
    .attributes = attribute_table<ConvIntegerAttributes>(),
    .check = check,
    .infer = infer,
    .macs = macs,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
