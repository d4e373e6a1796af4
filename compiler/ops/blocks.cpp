// SPDX-License-Identifier: Apache-2.0
//
// Linear layers in blocks of output channels and pixels, for cores without vectors: constants in
// the order that smelt/linear_blocks.h describes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "compiler/ops/channel_blocks.h"
#include "compiler/ops/cores.h"
#include "compiler/ops/single_rounding.h"
#include "smelt/conv2d_blocks.h"
#include "smelt/depthwise_conv2d_blocks.h"

namespace smelt::ops {
namespace {

constexpr std::int64_t channels_of_block = smelt::blocks::channels;

bool is_float(const LinearOperands& operands) {
  return operands.input.type == ElementType::f32;
}

/// Bias, multiplier, offset and shift of smelt::block_record.
using Record = std::array<std::int32_t, smelt::blocks::record_words>;

/// Records of a single rounding; none if some channel has none.
std::vector<Record> single_records(const LinearOperands& operands) {
  const std::vector<Multiplier> multipliers = multipliers_of(operands);
  const std::vector<std::int64_t> bounds = sum_bounds(operands), bias = folded_bias(operands);
  const RoundedOutput output{operands.output.quantization.zero_point(),
                             quantized_range(operands.activation, operands.output)};
  std::vector<Record> records;
  for (std::size_t c = 0; c < bias.size(); ++c) {
    const auto stage = single_rounding(multipliers[c], output, bounds[c]);
    if (!stage) return {};
    records.push_back({static_cast<std::int32_t>(bias[c]) + stage->bias, stage->multiplier,
                       stage->offset, stage->shift});
  }
  return records;
}

/// Half the divisor, and the zero point times it, join what is rounded twice.
std::vector<Record> double_records(const LinearOperands& operands) {
  const std::vector<Multiplier> multipliers = multipliers_of(operands);
  const std::vector<std::int64_t> bias = folded_bias(operands);
  const std::int32_t zero = operands.output.quantization.zero_point();
  std::vector<Record> records;
  for (std::size_t c = 0; c < bias.size(); ++c) {
    const Multiplier each = multipliers[c];
    const std::int32_t half = 1 << (-each.shift - 1);
    records.push_back(
        {static_cast<std::int32_t>(bias[c]), each.multiplier, half + zero * 2 * half, -each.shift});
  }
  return records;
}

/// The field of type smelt::block_stage.
Field integer_stage(const LinearOperands& operands, const std::vector<Block>& blocks,
                    StepBuilder& builder) {
  std::vector<Record> records = single_records(operands);
  const bool twice = records.empty();
  if (twice) records = double_records(operands);
  std::vector<std::int32_t> words;
  for (const Block& block : blocks)
    for (const auto& channel : block) {
      const Record record = channel ? records[*channel] : Record{};
      words.insert(words.end(), record.begin(), record.end());
    }
  const auto size = static_cast<std::int64_t>(words.size() / blocks.size());
  const IntegerRange range = quantized_range(operands.activation, operands.output);
  return labelled_field("output", {{"records", builder.constant("records", words, size)},
                                   {"twice", std::int64_t{twice}},
                                   {"min", std::int64_t{range.min}},
                                   {"max", std::int64_t{range.max}}});
}

/// The field of type smelt::float_output, with biases of whole blocks.
Field float_stage(const LinearOperands& operands, const std::vector<Block>& blocks,
                  StepBuilder& builder) {
  const std::vector<float> given =
      operands.bias ? elements<float>(*operands.bias)
                    : std::vector<float>(static_cast<std::size_t>(operands.channels));
  std::vector<float> bias;
  for (const Block& block : blocks)
    for (const auto& channel : block) bias.push_back(channel ? given[*channel] : 0.0F);
  const FloatRange range = float_range(operands.activation);
  return labelled_field("output", {{"bias", builder.constant("bias", bias, channels_of_block)},
                                   {"min", range.min},
                                   {"max", range.max}});
}

/// Taps that there are weights for.
std::int64_t padded_taps(const Convolution& convolution) {
  const std::int64_t multiple =
      is_float(convolution.operands) ? smelt::f32_block::multiple : smelt::s8_block<1>::multiple;
  return (convolution.taps + multiple - 1) / multiple * multiple;
}

/// Weights [channel][taps] as [block][taps][channel of the block].
ConstantId packed_weights(const Convolution& convolution, const std::vector<Block>& blocks,
                          StepBuilder& builder) {
  const ElementType type = convolution.operands.weights.type;
  const auto size = static_cast<std::size_t>(byte_size(type));
  const auto taps = static_cast<std::size_t>(convolution.taps);
  const auto padded = static_cast<std::size_t>(padded_taps(convolution));
  std::vector<std::uint8_t> packed;
  for (const Block& block : blocks)
    for (std::size_t tap = 0; tap < padded; ++tap)
      for (const auto& channel : block)
        for (std::size_t i = 0; i < size; ++i)
          packed.push_back(channel && tap < taps
                               ? convolution.weights[(*channel * taps + tap) * size + i]
                               : std::uint8_t{0});
  return builder.constant("weights", type, std::move(packed),
                          static_cast<std::int64_t>(padded) * channels_of_block);
}

Struct layer(const Convolution& convolution, Field images, StepBuilder& builder) {
  const LinearOperands& operands = convolution.operands;
  const std::vector<Block> blocks =
      blocks_of(operands.channels, convolution.groups, channels_of_block);
  const ConstantId weights = packed_weights(convolution, blocks, builder);
  return {is_float(operands) ? "conv2d_f32_blocks_layer" : "conv2d_s8_blocks_layer",
          {std::move(images), int_field("groups", convolution.groups),
           constant_field("weights", weights),
           int_field("input_padding", zero_point_of(operands.input)),
           is_float(operands) ? float_stage(operands, blocks, builder)
                              : integer_stage(operands, blocks, builder)}};
}

template <std::int32_t pixels>
void host_s8(const smelt::window_shape& shape, const smelt::conv2d_s8_blocks_layer& layer,
             const std::int8_t* input, std::int8_t* output, std::int8_t* ring, std::int8_t* patch) {
  smelt::conv2d_blocks<max_kernel_height, smelt::s8_block<pixels>>(shape, layer, input, output,
                                                                   ring, patch);
}

void host_f32(const smelt::window_shape& shape, const smelt::conv2d_f32_blocks_layer& layer,
              const float* input, float* output, float* ring) {
  smelt::conv2d_blocks<max_kernel_height, smelt::f32_block>(shape, layer, input, output, ring,
                                                            nullptr);
}

/// A kernel for windows and one for single pixels.
struct Kernels {
  Kernel conv2d, pointwise;
};
Kernels kernels_of(const LinearOperands& operands, std::int32_t pixels) {
  constexpr const char* header = "smelt/conv2d_blocks.h";
  if (is_float(operands))
    return {{"conv2d_f32_4x4", header, invoke<&host_f32>},
            {"pointwise_f32_4x4", header, invoke<&smelt::pointwise_f32_4x4>}};
  if (pixels == 2)
    return {{"conv2d_s8_2x4", header, invoke<&host_s8<2>>},
            {"pointwise_s8_2x4", header, invoke<&smelt::pointwise_s8_2x4>}};
  return {{"conv2d_s8_4x4", header, invoke<&host_s8<4>>},
          {"pointwise_s8_4x4", header, invoke<&smelt::pointwise_s8_4x4>}};
}

/// Appends the patch that integers are gathered in.
std::vector<Operand> with_patch(std::vector<Operand> operands, const Convolution& convolution,
                                std::int32_t pixels, StepBuilder& builder) {
  if (!is_float(convolution.operands))
    operands.push_back(
        builder.scratch("patch", ElementType::s8, pixels * padded_taps(convolution)));
  return operands;
}

void lower_pointwise(const NodeView& view, const Convolution& convolution, std::int32_t pixels,
                     StepBuilder& builder) {
  const Shape& input = view.input(0).shape;
  const Shape& output = view.output().shape;
  Step& step =
      builder.step(kernels_of(convolution.operands, pixels).pointwise,
                   layer(convolution, one_row_field(convolution.window, input, output), builder),
                   with_patch({builder.input(0), builder.output()}, convolution, pixels, builder));
  step.summary = describe(convolution.window, convolution.operands.activation);
  // Gathered are all inputs of a group; floats are not.
  const bool gathers = !is_float(convolution.operands) && convolution.groups == 1;
  const std::int32_t together = gathers ? 0 : pixels;
  set_pixel_rows(step, convolution.window, input, output, view.input(0).type, together);
}

/// Channels of a block of a depthwise kernel.
std::int64_t depthwise_channels(const LinearOperands& operands) {
  return is_float(operands) ? smelt::f32_depthwise::channels : smelt::s8_depthwise<1>::channels;
}

/// Weights [taps][channel] as [block][taps][channel of the block].
ConstantId packed_depthwise(const DepthwiseConvolution& convolution,
                            const std::vector<Block>& blocks, StepBuilder& builder) {
  const LinearOperands& operands = convolution.operands;
  const auto size = static_cast<std::size_t>(byte_size(operands.weights.type));
  const auto channels = static_cast<std::size_t>(operands.channels);
  const std::size_t taps = convolution.weights.size() / size / channels;
  std::vector<std::uint8_t> packed;
  for (const Block& block : blocks)
    for (std::size_t tap = 0; tap < taps; ++tap)
      for (const auto& channel : block)
        for (std::size_t i = 0; i < size; ++i)
          packed.push_back(convolution.weights[(tap * channels + *channel) * size + i]);
  return builder.constant("weights", operands.weights.type, std::move(packed),
                          static_cast<std::int64_t>(taps) * depthwise_channels(operands));
}

Kernel depthwise_kernel(const LinearOperands& operands, std::int32_t pixels) {
  const char* const sizes = is_float(operands) ? "f32_4x4" : pixels == 2 ? "s8_2x2" : "s8_5x2";
  return {fmt::format("depthwise_conv2d_{}", sizes), "smelt/depthwise_conv2d_blocks.h"};
}

/// Integers in blocks of as many pixels as the target has registers for; floats of four, where they
/// have registers of their own.
template <std::int32_t pixels>
bool computes_blocks(const LinearOperands& operands, const Target& target) {
  if (is_float(operands))
    return pixels == smelt::f32_block::pixels && target.features.fpu &&
           computes(formats::f32, operands);
  if (target.block_pixels != pixels || !computes(formats::s8, operands)) return false;
  const std::vector<Multiplier> multipliers = multipliers_of(operands);
  const std::vector<std::int64_t> bounds = sum_bounds(operands);
  return std::all_of(
             multipliers.begin(), multipliers.end(),
             [](const Multiplier& each) { return each.shift <= -1 && each.shift >= -22; }) &&
         *std::max_element(bounds.begin(), bounds.end()) < std::int64_t{1} << 30;
}

template <std::int32_t pixels>
void lower_conv2d(const NodeView& view, const Convolution& convolution, StepBuilder& builder) {
  const Window& window = convolution.window;
  if (is_pointwise_window(window)) return lower_pointwise(view, convolution, pixels, builder);
  const Tensor& input = view.input(0);
  const Shape& output = view.output().shape;
  Struct arguments = layer(convolution, images_field(window, input.shape, output), builder);
  const Operand ring = builder.scratch("ring", input.type, ring_elements(window, input.shape));
  Step& step = builder.step(
      kernels_of(convolution.operands, pixels).conv2d, shape_struct(window), std::move(arguments),
      with_patch({builder.input(0), builder.output(), ring}, convolution, pixels, builder));
  set_window_rows(step, window, convolution.operands, input.shape, output);
}

template <std::int32_t pixels>
bool computes_depthwise(const DepthwiseConvolution& convolution, const Target& target) {
  // A row of weights and the sums of a block are in registers, and a window is written out.
  constexpr std::int32_t max_width = 7, max_stride = 3;
  const Window& window = convolution.window;
  return convolution.output[3] == convolution.input[3] && window.dilation.width == 1 &&
         window.kernel.width <= max_width && window.stride.width <= max_stride &&
         convolution.output[3] >= depthwise_channels(convolution.operands) &&
         computes_blocks<pixels>(convolution.operands, target);
}

template <std::int32_t pixels>
void lower_depthwise(const DepthwiseConvolution& convolution, StepBuilder& builder) {
  const Window& window = convolution.window;
  const LinearOperands& operands = convolution.operands;
  const std::vector<Block> blocks = full_blocks_of(operands.channels, depthwise_channels(operands));
  const ConstantId weights = packed_depthwise(convolution, blocks, builder);
  const Struct arguments = {
      is_float(operands) ? "depthwise_conv2d_f32_blocks_layer" : "depthwise_conv2d_s8_blocks_layer",
      {images_field(window, convolution.input, convolution.output),
       constant_field("weights", weights),
       int_field("input_padding", zero_point_of(operands.input)),
       is_float(operands) ? float_stage(operands, blocks, builder)
                          : integer_stage(operands, blocks, builder)}};
  Step& step = builder.step(
      depthwise_kernel(operands, pixels), shape_struct(window), arguments,
      {builder.input(0), builder.output(),
       builder.scratch("ring", operands.input.type, ring_elements(window, convolution.input))});
  step.specialised = true;
  set_window_rows(step, window, operands, convolution.input, convolution.output);
}

template <std::int32_t pixels>
constexpr Core of_blocks = {computes_blocks<pixels>, computes_depthwise<pixels>,
                            lower_conv2d<pixels>, lower_depthwise<pixels>, nullptr};

}  // namespace

const Core cores::blocks_4 = of_blocks<4>;
const Core cores::blocks_2 = of_blocks<2>;

}  // namespace smelt::ops
