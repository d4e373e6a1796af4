// SPDX-License-Identifier: Apache-2.0
//
// Linear layers for the smallest cores, by kernels over quads of weights: constants in the order
// that smelt/quads.h describes.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ops/cores.h"
#include "smelt/conv2d_armv6m.h"
#include "smelt/conv2d_avr.h"
#include "smelt/depthwise_conv2d_armv6m.h"
#include "smelt/depthwise_conv2d_avr.h"
#include "smelt/fully_connected_armv6m.h"
#include "smelt/fully_connected_avr.h"

namespace smelt::ops {
namespace {

/// A core with such kernels: `suffix` is that of their names, limit and offset are those of its
/// struct in smelt/arch. The host calls the same kernels, in plain C++.
struct QuadCore {
  using Invoke = void (*)(const HostCall&);
  std::string_view suffix;
  bool Features::* feature;
  std::int64_t sum_limit;
  std::int32_t input_offset;
  Invoke conv2d, pointwise, depthwise_conv2d, fully_connected;
};

template <typename Core>
constexpr QuadCore core(std::string_view suffix, bool Features::* feature) {
  return {.suffix = suffix,
          .feature = feature,
          .sum_limit = Core::sum_limit,
          .input_offset = Core::input_offset,
          .conv2d = invoke<&smelt::conv2d_quads<Core, max_kernel_height>>,
          .pointwise = invoke<&smelt::pointwise_quads<Core>>,
          .depthwise_conv2d = invoke<&smelt::depthwise_conv2d_quads<Core, max_kernel_height>>,
          .fully_connected = invoke<&smelt::fully_connected_quads<Core>>};
}

constexpr QuadCore armv6m = core<smelt::armv6m>("armv6m", &Features::armv6m);
constexpr QuadCore avr = core<smelt::avr>("avr", &Features::avr);

constexpr std::size_t quad = smelt::quad;

Kernel kernel(const QuadCore& core, std::string_view stem, QuadCore::Invoke invoke) {
  const std::string_view file = stem == "pointwise" ? "conv2d" : stem;
  return {fmt::format("{}_s8_{}", stem, core.suffix),
          fmt::format("smelt/{}_{}.h", file, core.suffix), invoke};
}

/// The field of type smelt::quad_stage, of kernels that multiply inputs that are so much more.
Field stage(const LinearOperands& operands, std::int32_t input_offset, StepBuilder& builder) {
  LinearOperands shifted = operands;
  shifted.input_offset = input_offset;
  std::vector<std::int32_t> bias, multipliers;
  std::vector<std::int8_t> shifts;
  for (const std::int64_t each : folded_bias(shifted))
    bias.push_back(static_cast<std::int32_t>(each));
  for (const Multiplier& each : multipliers_of(operands)) {
    multipliers.push_back(each.multiplier);
    shifts.push_back(static_cast<std::int8_t>(each.shift));
  }
  const IntegerRange range = quantized_range(operands.activation, operands.output);
  const ConstantId first = builder.constant("bias", bias);
  const ConstantId second = builder.constant("multiplier", multipliers);
  return labelled_field("output",
                        {{"bias", first},
                         {"multiplier", second},
                         {"shift", builder.constant("shift", shifts)},
                         {"zero point", std::int64_t{operands.output.quantization.zero_point()}},
                         {"min", std::int64_t{range.min}},
                         {"max", std::int64_t{range.max}}});
}

std::uint8_t without_sign(std::uint8_t weight) {
  return static_cast<std::uint8_t>(weight + smelt::byte_offset);
}

std::size_t whole_quads(std::size_t count) {
  return (count + quad - 1) / quad * quad;
}

/// Weights [channel][taps] without a sign, in quads of each group's channels: [tap][channel], of as
/// many taps as `length`. What fills up is zero.
ConstantId packed_weights(const std::vector<std::uint8_t>& weights, std::size_t groups,
                          std::size_t taps, std::size_t length, StepBuilder& builder) {
  const std::size_t outputs = weights.size() / taps / groups;
  std::vector<std::uint8_t> packed;
  for (std::size_t group = 0; group < groups; ++group)
    for (std::size_t first = 0; first < outputs; first += quad)
      for (std::size_t tap = 0; tap < length; ++tap)
        for (std::size_t k = first; k < first + quad; ++k)
          packed.push_back(k < outputs && tap < taps
                               ? without_sign(weights[(group * outputs + k) * taps + tap])
                               : std::uint8_t{0});
  return builder.constant("weights", ElementType::u8, std::move(packed),
                          static_cast<std::int64_t>(length * quad));
}

/// Weights [taps][channel] in quads, then channel by channel.
ConstantId packed_depthwise(const DepthwiseConvolution& convolution, StepBuilder& builder) {
  const auto channels = static_cast<std::size_t>(convolution.operands.channels);
  const std::size_t taps = convolution.weights.size() / channels;
  std::vector<std::uint8_t> packed;
  for (std::size_t first = 0, width = 0; first < channels; first += width) {
    width = first + quad <= channels ? quad : 1;
    for (std::size_t tap = 0; tap < taps; ++tap)
      for (std::size_t k = first; k < first + width; ++k)
        packed.push_back(convolution.weights[tap * channels + k]);
  }
  return builder.constant("weights", ElementType::s8, std::move(packed),
                          static_cast<std::int64_t>(taps));
}

Struct layer(const Convolution& convolution, Field images, StepBuilder& builder) {
  const auto taps = static_cast<std::size_t>(convolution.taps);
  const ConstantId weights =
      packed_weights(convolution.weights, static_cast<std::size_t>(convolution.groups), taps,
                     whole_quads(taps), builder);
  return {"conv2d_quads_layer",
          {std::move(images), int_field("groups", convolution.groups),
           constant_field("weights", weights),
           int_field("input_padding", zero_point_of(convolution.operands.input)),
           stage(convolution.operands, smelt::byte_offset, builder)}};
}

/// The inputs of one pixel.
Operand patch(const Convolution& convolution, StepBuilder& builder) {
  const std::size_t taps = whole_quads(static_cast<std::size_t>(convolution.taps));
  return builder.scratch("patch", ElementType::u8, static_cast<std::int64_t>(taps));
}

void lower_pointwise(const QuadCore& core, const NodeView& view, const Convolution& convolution,
                     StepBuilder& builder) {
  const Shape& input = view.input(0).shape;
  const Shape& output = view.output().shape;
  Step& step =
      builder.step(kernel(core, "pointwise", core.pointwise),
                   layer(convolution, one_row_field(convolution.window, input, output), builder),
                   {builder.input(0), builder.output(), patch(convolution, builder)});
  step.summary = describe(convolution.window, convolution.operands.activation);
  set_pixel_rows(step, convolution.window, input, output, view.input(0).type);
}

template <const QuadCore& core>
bool computes_quads(const LinearOperands& operands, const Target& target) {
  if (!(target.features.*core.feature) || !computes(formats::s8, operands)) return false;
  const std::vector<Multiplier> multipliers = multipliers_of(operands);
  const std::vector<std::int64_t> bounds = sum_bounds(operands);
  return std::all_of(multipliers.begin(), multipliers.end(),
                     [](const Multiplier& each) { return each.shift < 0; }) &&
         *std::max_element(bounds.begin(), bounds.end()) < core.sum_limit;
}

/// One filter per channel, whose rows and columns are counted in a byte.
template <const QuadCore& core>
bool computes_depthwise(const DepthwiseConvolution& convolution, const Target& target) {
  const Extent2 kernel = convolution.window.kernel;
  return convolution.input[3] == convolution.output[3] && kernel.height <= UINT8_MAX &&
         kernel.width <= UINT8_MAX && computes_quads<core>(convolution.operands, target);
}

template <const QuadCore& core>
void lower_conv2d(const NodeView& view, const Convolution& convolution, StepBuilder& builder) {
  const Window& window = convolution.window;
  if (is_pointwise_window(window)) return lower_pointwise(core, view, convolution, builder);
  const Tensor& input = view.input(0);
  const Shape& output = view.output().shape;
  Struct arguments = layer(convolution, images_field(window, input.shape, output), builder);
  Step& step =
      builder.step(kernel(core, "conv2d", core.conv2d), shape_struct(window), std::move(arguments),
                   {builder.input(0), builder.output(),
                    builder.scratch("ring", input.type, ring_elements(window, input.shape)),
                    patch(convolution, builder)});
  set_window_rows(step, window, convolution.operands, input.shape, output);
}

template <const QuadCore& core>
void lower_depthwise(const DepthwiseConvolution& convolution, StepBuilder& builder) {
  const Window& window = convolution.window;
  const LinearOperands& operands = convolution.operands;
  const ConstantId weights = packed_depthwise(convolution, builder);
  const Struct arguments = {
      "depthwise_conv2d_quads_layer",
      {images_field(window, convolution.input, convolution.output),
       constant_field("weights", weights),
       int_field("input_padding", zero_point_of(operands.input)), stage(operands, 0, builder)}};
  Step& step = builder.step(
      kernel(core, "depthwise_conv2d", core.depthwise_conv2d), shape_struct(window), arguments,
      {builder.input(0), builder.output(),
       builder.scratch("ring", ElementType::s8, ring_elements(window, convolution.input))});
  set_window_rows(step, window, operands, convolution.input, convolution.output);
}

template <const QuadCore& core>
void lower_fully_connected(const NodeView& view, const FullyConnected& layer,
                           StepBuilder& builder) {
  const auto inputs = static_cast<std::size_t>(layer.inputs);
  const ConstantId weights = packed_weights(view.input(1).data, 1, inputs, inputs, builder);
  Step& step =
      builder.step(kernel(core, "fully_connected", core.fully_connected),
                   {"fully_connected_quads_layer",
                    {int_field("rows", layer.rows), int_field("inputs", layer.inputs),
                     int_field("outputs", layer.outputs), constant_field("weights", weights),
                     stage(layer.operands, core.input_offset, builder)}},
                   {builder.input(0), builder.output()});
  step.summary = activation_summary(layer.operands.activation);
  const auto image = collected_rows(view);
  if (!image) return;
  const auto sums = static_cast<std::int64_t>(whole_quads(static_cast<std::size_t>(layer.outputs)));
  step.row_form = collecting(step, *image, builder.scratch("sums", ElementType::s32, sums));
}

template <const QuadCore& core>
constexpr Core of_quads = {computes_quads<core>, computes_depthwise<core>, lower_conv2d<core>,
                           lower_depthwise<core>, lower_fully_connected<core>};

}  // namespace

const Core cores::armv6m = of_quads<smelt::ops::armv6m>;
const Core cores::avr = of_quads<smelt::ops::avr>;

}  // namespace smelt::ops
