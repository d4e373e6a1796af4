// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/transpose_conv.h"

#include <fmt/format.h>

#include "compiler/ops/channels.h"
#include "compiler/ops/linear.h"
#include "compiler/ops/quantization_rules.h"
#include "compiler/ops/window.h"
#include "smelt/transpose_conv.h"
#include "smelt/transpose_conv_s16.h"

namespace smelt::ops {
namespace {

/// Of the convolution from the output back to the input.
Window window_of(const NodeView& view) {
  const auto& attributes = view.attributes<TransposeConvAttributes>();
  const Shape& weights = view.input(1).shape;
  return {.kernel = {weights[1], weights[2]}, .stride = attributes.stride, .pads = attributes.pads};
}

/// Each of as many input and as many output channels.
std::int32_t groups(const NodeView& view) {
  return view.input(0).shape[3] / view.input(1).shape[3];
}

LinearOperands linear_operands(const NodeView& view) {
  return {.input = view.input(0),
          .weights = view.input(1),
          .bias = view.has_input(2) ? &view.input(2) : nullptr,
          .output = view.output(),
          .activation = view.attributes<TransposeConvAttributes>().activation,
          .channels = view.input(1).shape[0],
          .centred_input = true,
          .wide_bias = true};
}

/// True if a convolution by `window` of an image of the output's shape has the input's shape.
bool leads_back(const NodeView& view, const Window& window) {
  const Shape& input = view.input(0).shape;
  const Shape& output = view.attributes<TransposeConvAttributes>().output_shape;
  const auto extent = output_extent(output, window);
  return input[0] == output[0] && extent && extent->height == input[1] && extent->width == input[2];
}

bool check_shapes(const NodeView& view, Diagnostics& diagnostics) {
  const Shape& input = view.input(0).shape;
  const Shape& weights = view.input(1).shape;
  const Shape& output = view.attributes<TransposeConvAttributes>().output_shape;
  if (input.size() == 4 && weights.size() == 4 && output.size() == 4 &&
      checked_count(weights, INT32_MAX) > 0 && checked_count(output, INT32_MAX) > 0 &&
      input[3] % weights[3] == 0 && weights[0] % (input[3] / weights[3]) == 0 &&
      weights[0] == output[3])
    return true;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("input {}, weights {} and output {} do not match", to_string(input),
                         to_string(weights), to_string(output)))
      .note(
          "expected input and output NHWC, weights [output channel][height][width]"
          "[input channel of a group]");
  return false;
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  if (!check_type(view, view.input(0), "input",
                  {ElementType::f32, ElementType::s8, ElementType::u8, ElementType::s16},
                  diagnostics) ||
      !check_shapes(view, diagnostics))
    return;
  const Window window = window_of(view);
  const Shape& output = view.attributes<TransposeConvAttributes>().output_shape;
  if (!check_window(view, output, window, diagnostics)) return;
  if (!leads_back(view, window)) {
    diagnostics.error(place_of(view.graph, view.node),
                      fmt::format("a convolution by {} of the output {} does not give the input {}",
                                  describe(window, Activation::none), to_string(output),
                                  to_string(view.input(0).shape)));
    return;
  }
  check_linear(view, linear_operands(view), diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(0).type, view.attributes<TransposeConvAttributes>().output_shape}};
}

/// Every input element meets every weight of its channel, but for those that leave the output.
std::int64_t macs(const NodeView& view) {
  const Shape& weights = view.input(1).shape;
  return element_count(view.input(0).shape) * (weights[0] / groups(view)) * weights[1] * weights[2];
}

/// Elements of the input pixels that meet in one output pixel.
std::int64_t patch_elements(const NodeView& view) {
  const auto most = [](std::int32_t kernel, std::int32_t stride) {
    return (std::int64_t{kernel} + stride - 1) / stride;
  };
  const Window window = window_of(view);
  return most(window.kernel.height, window.stride.height) *
         most(window.kernel.width, window.stride.width) * view.input(0).shape[3];
}

Struct layer(const LinearFormat& format, const NodeView& view, StepBuilder& builder) {
  const Tensor& input = view.input(0);
  const Tensor& weights = view.input(1);
  const Pads& pads = view.attributes<TransposeConvAttributes>().pads;
  const std::int64_t per_channel = element_count(weights.shape) / weights.shape[0];
  const ConstantId data = weights_constant(format, weights.data, {.length = per_channel}, builder);
  return {linear_layer("transpose_conv", format),
          {images_field(input.shape, view.output().shape, pads), int_field("groups", groups(view)),
           constant_field("weights", data), int_field("input_zero_point", zero_point_of(input)),
           int_field("weights_zero_point", zero_point_of(weights)),
           output_stage(format, linear_operands(view), builder)}};
}

template <typename Number>
void host_transpose_conv(const smelt::window_shape& shape,
                         const smelt::transpose_conv_layer<Number>& layer,
                         const typename Number::value* input, typename Number::value* output,
                         typename Number::wide* patch) {
  smelt::transpose_conv<Number>(shape, layer, input, output, patch);
}

template <const LinearFormat& format, auto kernel>
void lower(const NodeView& view, StepBuilder& builder) {
  const ElementType wide = format.input == ElementType::f32 ? ElementType::f32 : ElementType::s16;
  const Window window = window_of(view);
  builder
      .step(linear_kernel("transpose_conv", format, invoke<kernel>), shape_struct(window),
            layer(format, view, builder),
            {builder.input(0), builder.output(),
             builder.scratch("patch", wide, patch_elements(view))})
      .summary = describe(window, view.attributes<TransposeConvAttributes>().activation);
}

template <const LinearFormat& format>
bool is_format(const NodeView& view, const Target&) {
  return computes(format, linear_operands(view));
}

template <const LinearFormat& format, typename Number>
constexpr KernelRow row = {format.name, is_format<format>,
                           lower<format, &host_transpose_conv<Number>>};

constexpr KernelRow kernels[] = {
    row<formats::s8, smelt::s8>,
    row<formats::u8, smelt::u8>,
    row<formats::f32, smelt::f32>,
    row<formats::s16x8, smelt::s16x8>,
    row<formats::s16x8_s64, smelt::s16x8_s64>,
};

const ChannelRule channels = {
    .kind = ChannelRule::Kind::mix,
    .applies = [](const NodeView& view) { return groups(view) == 1; },
    .axes =
        [](const NodeView&) {
          return std::vector<ChannelRule::Axes>{{.operand = 1, .output = 0, .input = 3},
                                                {.operand = 2, .output = 0}};
        },
    // Strides and borders leave out taps.
    .unpadded = [](const NodeView&) { return false; },
    .resize =
        [](std::any& attributes, std::int32_t count) {
          std::any_cast<TransposeConvAttributes&>(attributes).output_shape.back() = count;
        },
};

const QuantizationRule quantization = {
    .operands = {QuantizationRule::Role::activation, QuantizationRule::Role::weights,
                 QuantizationRule::Role::bias},
};

}  // namespace

const OpDef transpose_conv = {
    .name = "transpose_conv",
    .operands = {"input", "weights", "bias?"},
    .attributes = attribute_table<TransposeConvAttributes>(),
    .check = check,
    .infer = infer,
    .macs = macs,
    .channels = &channels,
    .quantization = &quantization,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
