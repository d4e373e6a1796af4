// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/depthwise_conv2d.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "compiler/ops/channels.h"
#include "compiler/ops/coded.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/cores.h"
#include "compiler/ops/quantization_rules.h"
#include "compiler/ops/window.h"
#include "smelt/depthwise_conv2d.h"
#include "smelt/depthwise_conv2d_s16.h"
#include "smelt/depthwise_conv2d_s4.h"

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
          .channels_last = true,
          .packed_weights = true,
          .wide_bias = true};
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Shape& weights = view.input(1).shape;
  if (!check_type(view, view.input(0), "input",
                  {ElementType::f32, ElementType::s8, ElementType::u8, ElementType::s16},
                  diagnostics))
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

Struct layer(const LinearFormat& format, const DepthwiseConvolution& convolution,
             StepBuilder& builder) {
  const LinearOperands& operands = convolution.operands;
  const std::int32_t multiplier = convolution.output[3] / convolution.input[3];
  const WeightRows rows{.length = convolution.output[3],
                        .by_channel = false,
                        .margin = multiplier > 1 ? smelt::lane_margin : 0};
  const ConstantId weights = weights_constant(format, convolution.weights, rows, builder);
  return {linear_layer("depthwise_conv2d", format),
          {images_field(convolution.window, convolution.input, convolution.output),
           int_field("multiplier", multiplier), constant_field("weights", weights),
           int_field("input_padding", zero_point_of(operands.input)),
           int_field("weights_zero_point", zero_point_of(operands.weights)),
           output_stage(format, operands, builder)}};
}

template <typename Number>
void host_depthwise(const smelt::window_shape& shape,
                    const smelt::depthwise_conv2d_layer<Number>& layer,
                    const typename Number::value* input, typename Number::value* output,
                    typename Number::value* ring) {
  smelt::depthwise_conv2d<max_kernel_height, Number>(shape, layer, input, output, ring);
}

struct HostKernel {
  const LinearFormat& format;
  void (*invoke)(const HostCall&);
};
constexpr HostKernel host_kernels[] = {
    {formats::s8, invoke<&host_depthwise<smelt::s8>>},
    {formats::u8, invoke<&host_depthwise<smelt::u8>>},
    {formats::f32, invoke<&host_depthwise<smelt::f32>>},
    {formats::s16x8, invoke<&host_depthwise<smelt::s16x8>>},
    {formats::s16x8_s64, invoke<&host_depthwise<smelt::s16x8_s64>>},
    {formats::s8x4, invoke<&host_depthwise<smelt::s8x4>>},
    {formats::s16x4, invoke<&host_depthwise<smelt::s16x4>>},
    {formats::s16x4_s64, invoke<&host_depthwise<smelt::s16x4_s64>>},
};

const HostKernel* find_kernel(const LinearFormat& format) {
  const auto* const found =
      std::find_if(std::begin(host_kernels), std::end(host_kernels),
                   [&](const HostKernel& each) { return &each.format == &format; });
  return found == std::end(host_kernels) ? nullptr : found;
}

void lower_windows(const LinearFormat& format, const DepthwiseConvolution& convolution,
                   const Window& described, StepBuilder& builder) {
  Struct arguments = layer(format, convolution, builder);
  const std::int64_t ring = ring_elements(convolution.window, convolution.input);
  Step& step = builder.step(
      linear_kernel("depthwise_conv2d", format, find_kernel(format)->invoke),
      shape_struct(convolution.window), std::move(arguments),
      {builder.input(0), builder.output(), builder.scratch("ring", format.input, ring)});
  step.summary = describe(described, convolution.operands.activation);
  step.lead = row_lead(convolution.window, convolution.input, convolution.output, format.input);
  set_row_form(step, convolution.window, convolution.input, convolution.output,
               padding_of(convolution.operands.input));
}

DepthwiseConvolution depthwise_of(const NodeView& view) {
  return {.window = window_of(view),
          .operands = linear_operands(view),
          .weights = view.input(1).data,
          .input = view.input(0).shape,
          .output = view.output().shape};
}

template <const LinearFormat& format>
void lower(const NodeView& view, StepBuilder& builder) {
  lower_windows(format, depthwise_of(view), window_of(view), builder);
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

/// Of one input channel.
Convolution convolution_of(const NodeView& view) {
  const Tensor& weights = view.input(1);
  return {.window = window_of(view),
          .operands = linear_operands(view),
          .weights = by_channel(weights),
          .taps = std::int64_t{weights.shape[1]} * weights.shape[2]};
}

void lower_conv2d(const NodeView& view, StepBuilder& builder) {
  lower_convolution(view, convolution_of(view), builder);
}

template <const Core& core>
bool is_conv2d_of(const NodeView& view, const Target& target) {
  return view.input(0).shape[3] == 1 && core.computes(linear_operands(view), target);
}

template <const Core& core>
void lower_conv2d_by(const NodeView& view, StepBuilder& builder) {
  core.lower_conv2d(view, convolution_of(view), builder);
}

template <const Core& core>
bool is_core(const NodeView& view, const Target& target) {
  return core.computes_depthwise(depthwise_of(view), target);
}

template <const Core& core>
void lower_by(const NodeView& view, StepBuilder& builder) {
  core.lower_depthwise(depthwise_of(view), builder);
}

/// Filters of one channel are a convolution, which is faster unless its taps are few.
bool is_conv2d(const NodeView& view, const Target&) {
  const Shape& weights = view.input(1).shape;
  return view.input(0).shape[3] == 1 && std::int64_t{weights[1]} * weights[2] > few_taps;
}

template <const LinearFormat& format>
bool is_format(const NodeView& view, const Target&) {
  return computes(format, linear_operands(view));
}

template <const LinearFormat& format>
constexpr KernelRow row = {format.name, is_format<format>, lower<format>};

bool is_coded(const NodeView& view, const Target&) {
  return has_coded_kernel(linear_operands(view));
}

template <Coding coding>
void lower_coded(const NodeView& view, StepBuilder& builder) {
  lower_coded_depthwise(depthwise_of(view), coding, builder);
}

constexpr KernelRow kernels[] = {
    {"conv2d_helium", is_conv2d_of<cores::helium>, lower_conv2d_by<cores::helium>},
    {"helium", is_core<cores::helium>, lower_by<cores::helium>},
    {"conv2d_dsp", is_conv2d_of<cores::dsp>, lower_conv2d_by<cores::dsp>},
    {"dsp", is_core<cores::dsp>, lower_by<cores::dsp>},
    {"conv2d_armv6m", is_conv2d_of<cores::armv6m>, lower_conv2d_by<cores::armv6m>},
    {"armv6m", is_core<cores::armv6m>, lower_by<cores::armv6m>},
    {"conv2d_avr", is_conv2d_of<cores::avr>, lower_conv2d_by<cores::avr>},
    {"avr", is_core<cores::avr>, lower_by<cores::avr>},
    {"conv2d_blocks", is_conv2d_of<cores::blocks_4>, lower_conv2d_by<cores::blocks_4>},
    {"blocks", is_core<cores::blocks_4>, lower_by<cores::blocks_4>},
    {"conv2d_blocks", is_conv2d_of<cores::blocks_2>, lower_conv2d_by<cores::blocks_2>},
    {"blocks", is_core<cores::blocks_2>, lower_by<cores::blocks_2>},
    {"conv2d", is_conv2d, lower_conv2d},
    row<formats::s8>,
    row<formats::u8>,
    row<formats::f32>,
    row<formats::s16x8>,
    row<formats::s16x8_s64>,
    row<formats::s8x4>,
    row<formats::s16x4>,
    row<formats::s16x4_s64>,
    {"coded", is_coded, lower_coded<Coding::values>, Coding::values},
    {"runs", is_coded, lower_coded<Coding::runs>, Coding::runs},
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
  lower_windows(format_of(convolution.operands), convolution, described, builder);
}

bool has_depthwise_kernel(const LinearOperands& operands) {
  return find_kernel(format_of(operands)) != nullptr;
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
