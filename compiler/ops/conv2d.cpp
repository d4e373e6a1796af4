// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/conv2d.h"

#include <fmt/format.h>

#include <cstring>

#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/quantization_rules.h"
#include "compiler/ops/window.h"
#include "smelt/conv2d.h"

namespace smelt::ops {
namespace {

Window window_of(const NodeView& view) {
  const auto& attributes = view.attributes<Conv2dAttributes>();
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
          .activation = view.attributes<Conv2dAttributes>().activation,
          .channels = view.input(1).shape[0]};
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Shape& weights = view.input(1).shape;
  if (!check_type(view, view.input(0), "input",
                  {ElementType::f32, ElementType::s8, ElementType::u8}, diagnostics))
    return;
  if (weights.size() != 4) {
    diagnostics.error(place_of(view.graph, view.node),
                      fmt::format("weights have shape {}, expected [output channel][height]"
                                  "[width][input channel]",
                                  to_string(weights)));
    return;
  }
  if (!check_window(view, view.input(0).shape, window_of(view), diagnostics)) return;
  const std::int32_t channels = view.input(0).shape[3];
  if (channels < 1 || weights[0] < 1 || weights[3] < 1 || channels % weights[3] != 0 ||
      weights[0] % (channels / weights[3]) != 0) {
    diagnostics.error(place_of(view.graph, view.node),
                      fmt::format("weights {} do not divide {} input channels into groups",
                                  to_string(weights), channels));
    return;
  }
  check_linear(view, linear_operands(view), diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  const Shape& input = view.input(0).shape;
  const Extent2 output = *output_extent(input, window_of(view));
  return {{view.input(0).type, {input[0], output.height, output.width, view.input(1).shape[0]}}};
}

std::int64_t macs(const NodeView& view) {
  const Shape& weights = view.input(1).shape;
  return element_count(view.output().shape) * weights[1] * weights[2] * weights[3];
}

std::int64_t taps(const NodeView& view) {
  const Shape& weights = view.input(1).shape;
  return std::int64_t{weights[1]} * weights[2] * weights[3];
}

Convolution convolution_of(const NodeView& view) {
  const Tensor& weights = view.input(1);
  return {.window = window_of(view),
          .operands = linear_operands(view),
          .weights = weights.data,
          .taps = taps(view),
          .groups = view.input(0).shape[3] / weights.shape[3]};
}

Struct layer(const Convolution& convolution, Field images, StepBuilder& builder) {
  const LinearOperands& operands = convolution.operands;
  const ElementType type = operands.weights.type;
  const bool quantized = type != ElementType::f32;
  const std::int64_t padding = quantized ? operands.input.quantization.zero_point() : 0;
  const std::int64_t zero = quantized ? operands.weights.quantization.zero_point() : 0;
  std::vector<std::uint8_t> weights = convolution.weights;
  if (quantized) weights.resize(weights.size() + smelt::tap_margin);
  const ConstantId data = builder.constant("weights", type, std::move(weights), convolution.taps);
  return {fmt::format("conv2d_{}_layer", to_string(type)),
          {std::move(images), int_field("groups", convolution.groups),
           constant_field("weights", data), int_field("input_padding", padding),
           int_field("weights_zero_point", zero), output_stage(operands, builder)}};
}

/// Sums in 32 bits take products of widened inputs.
ElementType wide(ElementType type) {
  return type == ElementType::f32 ? ElementType::f32 : ElementType::s16;
}

/// The inputs of one output pixel.
Operand patch(const Convolution& convolution, StepBuilder& builder) {
  const ElementType type = convolution.operands.weights.type;
  const std::int64_t margin = type == ElementType::f32 ? 0 : smelt::tap_margin;
  return builder.scratch("patch", wide(type), convolution.taps + margin);
}

template <typename Number>
void host_conv2d(const smelt::window_shape& shape, const smelt::conv2d_layer<Number>& layer,
                 const typename Number::value* input, typename Number::value* output,
                 typename Number::value* ring, typename Number::wide* patch) {
  smelt::conv2d<max_kernel_height, Number>(shape, layer, input, output, ring, patch);
}

Kernel conv2d_kernel(ElementType type) {
  const auto invoke_it = type == ElementType::s8   ? invoke<&host_conv2d<s8>>
                         : type == ElementType::u8 ? invoke<&host_conv2d<u8>>
                                                   : invoke<&host_conv2d<f32>>;
  return {fmt::format("conv2d_{}", to_string(type)), "smelt/conv2d.h", invoke_it};
}

void lower_conv2d(const NodeView& view, StepBuilder& builder) {
  lower_convolution(view, convolution_of(view), builder);
}

template <ElementType type, auto kernel>
void lower_pointwise(const NodeView& view, StepBuilder& builder) {
  const Shape& input = view.input(0).shape;
  const Shape& output = view.output().shape;
  const Convolution convolution = convolution_of(view);
  // The image as one long row.
  const std::int32_t pixels = input[0] * input[1] * input[2];
  Field images =
      images_field(convolution.window, {1, 1, pixels, input[3]}, {1, 1, pixels, output[3]});
  builder
      .step({fmt::format("pointwise_{}", to_string(type)), "smelt/conv2d.h", invoke<kernel>},
            layer(convolution, std::move(images), builder),
            {builder.input(0), builder.output(), patch(convolution, builder)})
      .summary = describe(convolution.window, convolution.operands.activation);
}

/// Weights [output channel][taps] as [taps][output channel].
std::vector<std::uint8_t> by_tap(const Convolution& convolution) {
  const auto size = static_cast<std::size_t>(byte_size(convolution.operands.weights.type));
  const auto taps = static_cast<std::size_t>(convolution.taps);
  const auto channels = static_cast<std::size_t>(convolution.operands.channels);
  std::vector<std::uint8_t> bytes(convolution.weights.size());
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t tap = 0; tap < taps; ++tap)
      std::memcpy(&bytes[(tap * channels + c) * size],
                  &convolution.weights[(c * taps + tap) * size], size);
  return bytes;
}

/// Seen as one channel, an image is `channels` times as wide.
Window flat(Window window, std::int32_t channels) {
  for (std::int32_t* columns :
       {&window.kernel.width, &window.stride.width, &window.pads.left, &window.pads.right})
    *columns *= channels;
  return window;
}

/// A convolution of a single input channel is a depthwise one, whose kernel computes neighbouring
/// outputs side by side.
void lower_narrow(const NodeView& view, StepBuilder& builder) {
  const Convolution convolution = convolution_of(view);
  const Shape& input = view.input(0).shape;
  lower_depthwise({.window = flat(convolution.window, input[3]),
                   .operands = convolution.operands,
                   .weights = by_tap(convolution),
                   .input = {input[0], input[1], input[2] * input[3], 1},
                   .output = view.output().shape},
                  convolution.window, builder);
}

template <ElementType type>
bool is_type(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

template <ElementType type>
bool is_pointwise(const NodeView& view, const Target& target) {
  const Window window = window_of(view);
  return is_type<type>(view, target) && window.kernel == Extent2{1, 1} &&
         window.stride == Extent2{1, 1} && window.pads == Pads{};
}

/// Fewer outputs than a vector has lanes leave it half empty.
bool is_narrow(const NodeView& view, const Target&) {
  return convolution_of(view).groups == 1 && window_of(view).dilation.width == 1 &&
         taps(view) <= few_taps && view.input(1).shape[0] >= 8;
}

constexpr KernelRow kernels[] = {
    {"narrow", is_narrow, lower_narrow},
    {"pointwise_s8", is_pointwise<ElementType::s8>,
     lower_pointwise<ElementType::s8, &smelt::pointwise_s8>},
    {"pointwise_u8", is_pointwise<ElementType::u8>,
     lower_pointwise<ElementType::u8, &smelt::pointwise_u8>},
    {"pointwise_f32", is_pointwise<ElementType::f32>,
     lower_pointwise<ElementType::f32, &smelt::pointwise_f32>},
    {"conv2d_s8", is_type<ElementType::s8>, lower_conv2d},
    {"conv2d_u8", is_type<ElementType::u8>, lower_conv2d},
    {"conv2d_f32", is_type<ElementType::f32>, lower_conv2d},
};

const ChannelRule channels = {
    .kind = ChannelRule::Kind::mix,
    .applies =
        [](const NodeView& view) { return view.input(0).shape[3] == view.input(1).shape[3]; },
    .axes =
        [](const NodeView&) {
          return std::vector<ChannelRule::Axes>{{.operand = 1, .output = 0, .input = 3},
                                                {.operand = 2, .output = 0}};
        },
    .unpadded = [](const NodeView& view) { return window_of(view).pads == Pads{}; },
};

std::int32_t groups(const NodeView& view) {
  return view.input(0).shape[3] / view.input(1).shape[3];
}

Patches patches(const NodeView& view, std::span<const float> input, std::int32_t group) {
  const std::int32_t count = view.input(1).shape[3];
  return window_patches(view.input(0).shape, window_of(view), input, group * count, count);
}

const QuantizationRule quantization = {
    .operands = {QuantizationRule::Role::activation, QuantizationRule::Role::weights,
                 QuantizationRule::Role::bias},
    .groups = groups,
    .patches = patches,
};

}  // namespace

void lower_convolution(const NodeView& view, const Convolution& convolution, StepBuilder& builder) {
  const Window& window = convolution.window;
  const Tensor& input = view.input(0);
  builder
      .step(conv2d_kernel(input.type), shape_struct(window),
            layer(convolution, images_field(window, input.shape, view.output().shape), builder),
            {builder.input(0), builder.output(),
             builder.scratch("ring", input.type, ring_elements(window, input.shape)),
             patch(convolution, builder)})
      .summary = describe(window, convolution.operands.activation);
}

const OpDef conv2d = {
    .name = "conv2d",
    .operands = {"input", "weights", "bias?"},
    .attributes = attribute_table<Conv2dAttributes>(),
    .check = check,
    .infer = infer,
    .macs = macs,
    .channels = &channels,
    .quantization = &quantization,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
