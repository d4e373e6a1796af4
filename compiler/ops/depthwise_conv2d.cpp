// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/depthwise_conv2d.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "compiler/ops/channels.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/quantization_rules.h"
#include "compiler/ops/window.h"
#include "smelt/depthwise_conv2d.h"

namespace smelt::ops {
namespace {

Window window_of(const NodeView& view) {
  const auto& attributes = view.attributes<DepthwiseConv2dAttributes>();
  const Shape& weights = view.input(1).shape;
  return {.kernel = {weights[1], weights[2]},
          .stride = attributes.stride,
          .dilation = attributes.dilation,
          .pads = attributes.pads};
}

LinearOperands linear_operands(const NodeView& view) {
  return {.input = view.input(0),
          .weights = view.input(1),
          .bias = view.has_input(2) ? &view.input(2) : nullptr,
          .output = view.output(),
          .activation = view.attributes<DepthwiseConv2dAttributes>().activation,
          .channels = view.input(1).shape[3],
          .channels_last = true};
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Shape& weights = view.input(1).shape;
  if (!check_type(view, view.input(0), "input",
                  {ElementType::f32, ElementType::s8, ElementType::u8}, diagnostics))
    return;
  if (weights.size() != 4 || weights[0] != 1) {
    diagnostics.error(place_of(view.graph, view.node),
                      fmt::format("weights have shape {}, expected [1][height][width]"
                                  "[output channel]",
                                  to_string(weights)));
    return;
  }
  if (!check_window(view, view.input(0).shape, window_of(view), diagnostics)) return;
  const std::int32_t channels = view.input(0).shape[3];
  if (channels < 1 || weights[3] < 1 || weights[3] % channels != 0) {
    diagnostics
        .error(place_of(view.graph, view.node),
               fmt::format("weights {} have no whole number of filters for each of {} input "
                           "channels",
                           to_string(weights), channels))
        .note(
            "the output channels of a depthwise convolution are a multiple of its input "
            "channels; any other grouping is a conv2d");
    return;
  }
  check_linear(view, linear_operands(view), diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  const Shape& input = view.input(0).shape;
  const Extent2 output = *output_extent(input, window_of(view));
  return {{view.input(0).type, {input[0], output.height, output.width, view.input(1).shape[3]}}};
}

std::int64_t macs(const NodeView& view) {
  const Shape& weights = view.input(1).shape;
  return element_count(view.output().shape) * weights[1] * weights[2];
}

Struct layer(const DepthwiseConvolution& convolution, StepBuilder& builder) {
  const LinearOperands& operands = convolution.operands;
  const ElementType type = operands.weights.type;
  const bool quantized = type != ElementType::f32;
  const std::int64_t padding = quantized ? operands.input.quantization.zero_point() : 0;
  const std::int64_t zero = quantized ? operands.weights.quantization.zero_point() : 0;
  const std::int32_t multiplier = convolution.output[3] / convolution.input[3];
  std::vector<std::uint8_t> weights = convolution.weights;
  if (multiplier > 1)
    weights.resize(weights.size() + smelt::lane_margin * static_cast<std::size_t>(byte_size(type)));
  return {fmt::format("depthwise_conv2d_{}_layer", to_string(type)),
          {images_field(convolution.window, convolution.input, convolution.output),
           int_field("multiplier", multiplier),
           constant_field("weights", builder.constant("weights", type, std::move(weights))),
           int_field("input_padding", padding), int_field("weights_zero_point", zero),
           output_stage(operands, builder)}};
}

template <typename Number>
void host_depthwise(const smelt::window_shape& shape,
                    const smelt::depthwise_conv2d_layer<Number>& layer,
                    const typename Number::value* input, typename Number::value* output,
                    typename Number::value* ring) {
  smelt::depthwise_conv2d<max_kernel_height, Number>(shape, layer, input, output, ring);
}

Kernel kernel_of(ElementType type) {
  const auto invoke_it = type == ElementType::s8   ? invoke<&host_depthwise<s8>>
                         : type == ElementType::u8 ? invoke<&host_depthwise<u8>>
                                                   : invoke<&host_depthwise<f32>>;
  return {fmt::format("depthwise_conv2d_{}", to_string(type)), "smelt/depthwise_conv2d.h",
          invoke_it};
}

void lower(const NodeView& view, StepBuilder& builder) {
  const Window window = window_of(view);
  lower_depthwise({.window = window,
                   .operands = linear_operands(view),
                   .weights = view.input(1).data,
                   .input = view.input(0).shape,
                   .output = view.output().shape},
                  window, builder);
}

/// Weights [taps][output channel] as [output channel][taps].
std::vector<std::uint8_t> by_channel(const Tensor& weights) {
  const std::size_t size = static_cast<std::size_t>(byte_size(weights.type));
  const std::size_t channels = static_cast<std::size_t>(weights.shape[3]);
  const std::size_t taps = weights.data.size() / size / channels;
  std::vector<std::uint8_t> bytes(weights.data.size());
  for (std::size_t tap = 0; tap < taps; ++tap)
    for (std::size_t c = 0; c < channels; ++c)
      std::memcpy(&bytes[(c * taps + tap) * size], &weights.data[(tap * channels + c) * size],
                  size);
  return bytes;
}

void lower_conv2d(const NodeView& view, StepBuilder& builder) {
  const Tensor& weights = view.input(1);
  lower_convolution(view,
                    {.window = window_of(view),
                     .operands = linear_operands(view),
                     .weights = by_channel(weights),
                     .taps = std::int64_t{weights.shape[1]} * weights.shape[2]},
                    builder);
}

/// Filters of one channel are a convolution, which is faster unless its taps are few.
bool is_conv2d(const NodeView& view, const Target&) {
  const Shape& weights = view.input(1).shape;
  return view.input(0).shape[3] == 1 && std::int64_t{weights[1]} * weights[2] > few_taps;
}

template <ElementType type>
bool is_type(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

constexpr KernelRow kernels[] = {
    {"conv2d", is_conv2d, lower_conv2d},
    {"depthwise_conv2d_s8", is_type<ElementType::s8>, lower},
    {"depthwise_conv2d_u8", is_type<ElementType::u8>, lower},
    {"depthwise_conv2d_f32", is_type<ElementType::f32>, lower},
};

const ChannelRule channels = {
    .kind = ChannelRule::Kind::each,
    .source =
        [](const NodeView& view, std::size_t, std::int32_t output) {
          return output / (channel_count(view.output()) / channel_count(view.input(0)));
        },
    .axes =
        [](const NodeView&) {
          return std::vector<ChannelRule::Axes>{{.operand = 1, .output = 3},
                                                {.operand = 2, .output = 0}};
        },
};

/// One for each input channel.
std::int32_t groups(const NodeView& view) {
  return view.input(0).shape[3];
}

Patches patches(const NodeView& view, std::span<const float> input, std::int32_t group) {
  return window_patches(view.input(0).shape, window_of(view), input, group, 1);
}

const QuantizationRule quantization = {
    .operands = {QuantizationRule::Role::activation, QuantizationRule::Role::weights,
                 QuantizationRule::Role::bias},
    .channel_axis = 3,
    .groups = groups,
    .patches = patches,
};

}  // namespace

void lower_depthwise(const DepthwiseConvolution& convolution, const Window& described,
                     StepBuilder& builder) {
  const ElementType type = convolution.operands.input.type;
  Struct arguments = layer(convolution, builder);
  builder
      .step(kernel_of(type), shape_struct(convolution.window), std::move(arguments),
            {builder.input(0), builder.output(),
             builder.scratch("ring", type, ring_elements(convolution.window, convolution.input))})
      .summary = describe(described, convolution.operands.activation);
}

const OpDef depthwise_conv2d = {
    .name = "depthwise_conv2d",
    .operands = {"input", "weights", "bias?"},
    .attributes = attribute_table<DepthwiseConv2dAttributes>(),
    .check = check,
    .infer = infer,
    .macs = macs,
    .channels = &channels,
    .quantization = &quantization,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
