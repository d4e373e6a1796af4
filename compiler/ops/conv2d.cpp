// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/conv2d.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "compiler/ops/coded.h"
#include "compiler/ops/cores.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/quantization_rules.h"
#include "compiler/ops/window.h"
#include "smelt/conv2d.h"
#include "smelt/conv2d_s16.h"
#include "smelt/conv2d_s4.h"
#include "smelt/conv2d_x86.h"

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
          .channels = view.input(1).shape[0],
          .packed_weights = true};
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Shape& weights = view.input(1).shape;
  if (!check_type(view, view.input(0), "input",
                  {ElementType::f32, ElementType::s8, ElementType::u8, ElementType::s16},
                  diagnostics))
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

/// Elements that patch and weights are longer than their taps. Rows of 4-bit weights are, already.
std::int32_t margin(const LinearFormat& format) {
  return format.weights == ElementType::f32 ? 0 : smelt::tap_margin;
}

Struct layer(const LinearFormat& format, const Convolution& convolution, Field images,
             StepBuilder& builder) {
  const LinearOperands& operands = convolution.operands;
  const WeightRows rows{.length = convolution.taps, .margin = margin(format)};
  const ConstantId weights = weights_constant(format, convolution.weights, rows, builder);
  return {linear_layer("conv2d", format),
          {std::move(images), int_field("groups", convolution.groups),
           constant_field("weights", weights),
           int_field("input_padding", zero_point_of(operands.input)),
           int_field("weights_zero_point", zero_point_of(operands.weights)),
           output_stage(format, operands, builder)}};
}

/// The inputs of so many output pixels, widened to what products are made of.
Operand patch(const LinearFormat& format, const Convolution& convolution, StepBuilder& builder,
              std::int64_t pixels = 1) {
  const ElementType type = format.weights == ElementType::f32 ? ElementType::f32 : ElementType::s16;
  return builder.scratch("patch", type, pixels * (convolution.taps + margin(format)));
}

template <typename Number>
void host_conv2d(const smelt::window_shape& shape, const smelt::conv2d_layer<Number>& layer,
                 const typename Number::value* input, typename Number::value* output,
                 typename Number::value* ring, typename Number::wide* patch) {
  smelt::conv2d<max_kernel_height, Number>(shape, layer, input, output, ring, patch);
}

struct HostKernel {
  const LinearFormat& format;
  void (*invoke)(const HostCall&);
};
constexpr HostKernel host_kernels[] = {
    {formats::s8, invoke<&host_conv2d<smelt::s8>>},
    {formats::u8, invoke<&host_conv2d<smelt::u8>>},
    {formats::f32, invoke<&host_conv2d<smelt::f32>>},
    {formats::s16x8, invoke<&host_conv2d<smelt::s16x8>>},
    {formats::s16x8_s64, invoke<&host_conv2d<smelt::s16x8_s64>>},
    {formats::s16x8_b32, invoke<&host_conv2d<smelt::s16x8_b32>>},
    {formats::s8x4, invoke<&host_conv2d<smelt::s8x4>>},
    {formats::s16x4, invoke<&host_conv2d<smelt::s16x4>>},
    {formats::s16x4_s64, invoke<&host_conv2d<smelt::s16x4_s64>>},
};

void lower_windows(const LinearFormat& format, const NodeView& view, const Convolution& convolution,
                   StepBuilder& builder) {
  const Window& window = convolution.window;
  const Tensor& input = view.input(0);
  const auto* const host =
      std::find_if(std::begin(host_kernels), std::end(host_kernels),
                   [&](const HostKernel& each) { return &each.format == &format; });
  Struct arguments =
      layer(format, convolution, images_field(window, input.shape, view.output().shape), builder);
  Step& step = builder.step(
      linear_kernel("conv2d", format, host->invoke), shape_struct(window), std::move(arguments),
      {builder.input(0), builder.output(),
       builder.scratch("ring", input.type, ring_elements(window, input.shape)),
       patch(format, convolution, builder)});
  set_window_rows(step, window, convolution.operands, input.shape, view.output().shape);
}

template <const LinearFormat& format>
void lower_conv2d(const NodeView& view, StepBuilder& builder) {
  lower_windows(format, view, convolution_of(view), builder);
}

template <const LinearFormat& format, auto kernel>
void lower_pointwise(const NodeView& view, StepBuilder& builder) {
  const Shape& input = view.input(0).shape;
  const Shape& output = view.output().shape;
  const Convolution convolution = convolution_of(view);
  Step& step = builder.step(
      linear_kernel("pointwise", format, invoke<kernel>),
      layer(format, convolution, one_row_field(convolution.window, input, output), builder),
      {builder.input(0), builder.output(), patch(format, convolution, builder)});
  step.summary = describe(convolution.window, convolution.operands.activation);
  set_pixel_rows(step, convolution.window, input, output, view.input(0).type);
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

void host_conv2d_x86(const smelt::window_shape& shape, const smelt::conv2d_s8_layer& layer,
                     const std::int8_t* input, std::int8_t* output, std::int8_t* ring,
                     std::int16_t* patch) {
  smelt::conv2d_x86<max_kernel_height>(shape, layer, input, output, ring, patch);
}

/// As the portable kernels, with more room.
void lower_x86(const NodeView& view, StepBuilder& builder) {
  const Convolution convolution = convolution_of(view);
  const Window& window = convolution.window;
  const Shape& input = view.input(0).shape;
  const Shape& output = view.output().shape;
  // Outputs of one group must not lie over inputs of the next.
  const bool pointwise = is_pointwise_window(window) && convolution.groups == 1;
  Struct arguments =
      layer(formats::s8, convolution,
            pointwise ? one_row_field(window, input, output) : images_field(window, input, output),
            builder);
  std::vector<Operand> operands = {builder.input(0), builder.output()};
  if (!pointwise)
    operands.push_back(builder.scratch("ring", ElementType::s8, ring_elements(window, input)));
  operands.push_back(patch(formats::s8, convolution, builder, smelt::x86_pixels));
  const Kernel kernel = {pointwise ? "pointwise_s8_x86" : "conv2d_s8_x86", "smelt/conv2d_x86.h",
                         pointwise ? invoke<&smelt::pointwise_s8_x86> : invoke<&host_conv2d_x86>};
  if (pointwise) {
    Step& step = builder.step(kernel, std::move(arguments), std::move(operands));
    step.summary = describe(window, convolution.operands.activation);
    return set_pixel_rows(step, window, input, output, ElementType::s8);
  }
  Step& step =
      builder.step(kernel, shape_struct(window), std::move(arguments), std::move(operands));
  set_window_rows(step, window, convolution.operands, input, output);
}

bool is_x86(const NodeView& view, const Target& target) {
  return target.features.x86 && computes(formats::s8, linear_operands(view));
}

template <const LinearFormat& format>
bool is_format(const NodeView& view, const Target&) {
  return computes(format, linear_operands(view));
}

template <const LinearFormat& format>
bool is_pointwise(const NodeView& view, const Target& target) {
  return is_pointwise_window(window_of(view)) && is_format<format>(view, target);
}

template <const Core& core>
bool is_core(const NodeView& view, const Target& target) {
  return core.computes(linear_operands(view), target);
}

template <const Core& core>
void lower_by(const NodeView& view, StepBuilder& builder) {
  core.lower_conv2d(view, convolution_of(view), builder);
}

bool is_coded(const NodeView& view, const Target&) {
  return has_coded_kernel(linear_operands(view));
}

template <Coding coding>
void lower_coded(const NodeView& view, StepBuilder& builder) {
  const Convolution convolution = convolution_of(view);
  lower_coded_conv2d(convolution, view.input(0).shape, view.output().shape, coding, builder);
}

/// Fewer outputs than a vector has lanes leave it half empty.
bool is_narrow(const NodeView& view, const Target&) {
  return has_depthwise_kernel(linear_operands(view)) && convolution_of(view).groups == 1 &&
         window_of(view).dilation.width == 1 && taps(view) <= few_taps &&
         view.input(1).shape[0] >= 8;
}

template <const LinearFormat& format, auto kernel>
constexpr KernelRow pointwise_row = {"pointwise", is_pointwise<format>,
                                     lower_pointwise<format, kernel>};
template <const LinearFormat& format>
constexpr KernelRow conv2d_row = {format.name, is_format<format>, lower_conv2d<format>};

constexpr KernelRow kernels[] = {
    {"helium", is_core<cores::helium>, lower_by<cores::helium>},
    {"dsp", is_core<cores::dsp>, lower_by<cores::dsp>},
    {"armv6m", is_core<cores::armv6m>, lower_by<cores::armv6m>},
    {"avr", is_core<cores::avr>, lower_by<cores::avr>},
    {"blocks", is_core<cores::blocks_4>, lower_by<cores::blocks_4>},
    {"blocks", is_core<cores::blocks_2>, lower_by<cores::blocks_2>},
    {"x86", is_x86, lower_x86},
    {"narrow", is_narrow, lower_narrow},
    pointwise_row<formats::s8, &smelt::pointwise_s8>,
    pointwise_row<formats::u8, &smelt::pointwise_u8>,
    pointwise_row<formats::f32, &smelt::pointwise_f32>,
    pointwise_row<formats::s16x8, &smelt::pointwise_s16x8>,
    pointwise_row<formats::s16x8_s64, &smelt::pointwise_s16x8_s64>,
    pointwise_row<formats::s16x8_b32, &smelt::pointwise_s16x8_b32>,
    pointwise_row<formats::s8x4, &smelt::pointwise_s8x4>,
    pointwise_row<formats::s16x4, &smelt::pointwise_s16x4>,
    pointwise_row<formats::s16x4_s64, &smelt::pointwise_s16x4_s64>,
    conv2d_row<formats::s8>,
    conv2d_row<formats::u8>,
    conv2d_row<formats::f32>,
    conv2d_row<formats::s16x8>,
    conv2d_row<formats::s16x8_s64>,
    conv2d_row<formats::s16x8_b32>,
    conv2d_row<formats::s8x4>,
    conv2d_row<formats::s16x4>,
    conv2d_row<formats::s16x4_s64>,
    {"coded", is_coded, lower_coded<Coding::values>, Coding::values},
    {"runs", is_coded, lower_coded<Coding::runs>, Coding::runs},
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
  lower_windows(format_of(convolution.operands), view, convolution, builder);
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
