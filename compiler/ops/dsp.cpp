// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/dsp.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ops/blocks.h"

namespace smelt::ops {
namespace {

constexpr std::int64_t word = 4;

/// Blocks of four channels, of which the last begins early enough to be full.
std::vector<Block> full_blocks_of(std::int64_t channels) {
  std::vector<Block> blocks;
  for (std::int64_t c = 0; c < channels; c += word) {
    const auto first = static_cast<std::size_t>(std::min(c, channels - word));
    blocks.push_back({first, first + 1, first + 2, first + 3});
  }
  return blocks;
}

/// Whether dsp::narrow computes the outputs from the sums.
bool is_narrow(const LinearOperands& operands) {
  const std::vector<Multiplier> multipliers = multipliers_of(operands);
  const std::vector<std::int64_t> bounds = sum_bounds(operands);
  const IntegerRange range = quantized_range(operands.activation, operands.output);
  return range.min == INT8_MIN && range.max == INT8_MAX &&
         std::all_of(multipliers.begin(), multipliers.end(),
                     [](const Multiplier& each) {
                       return each.multiplier != 0 && each.shift <= -1 && each.shift >= -22;
                     }) &&
         *std::max_element(bounds.begin(), bounds.end()) < std::int64_t{1} << 30;
}

Kernel kernel(std::string_view stem, const LinearOperands& operands) {
  const std::string_view file = stem == "pointwise" ? "conv2d" : stem;
  return {fmt::format("{}_s8_dsp{}", stem, is_narrow(operands) ? "" : "_general"),
          fmt::format("smelt/{}_dsp.h", file)};
}

/// What dsp::narrow takes: 32 bits, as a signed number, and one less to the right.
Multiplier narrowed(const Multiplier& given) {
  return {static_cast<std::int32_t>(static_cast<std::uint32_t>(given.multiplier) << 1),
          -given.shift - 1};
}

/// A smelt::dsp_record of a block.
void append_record(const std::vector<std::int64_t>& bias,
                   const std::vector<Multiplier>& multipliers, const Block& block,
                   std::vector<std::int32_t>& records) {
  for (const auto& channel : block)
    records.push_back(channel ? static_cast<std::int32_t>(bias[*channel]) : 0);
  std::uint32_t shifts = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const Multiplier each = block[i] ? multipliers[*block[i]] : Multiplier{};
    records.push_back(each.multiplier);
    shifts |= (static_cast<std::uint32_t>(each.shift) & 255U) << (8 * i);
  }
  records.push_back(static_cast<std::int32_t>(shifts));
}

/// The field of type smelt::dsp_stage.
Field stage(const LinearOperands& operands, const std::vector<Block>& blocks,
            StepBuilder& builder) {
  const std::vector<std::int64_t> bias = folded_bias(operands);
  std::vector<Multiplier> multipliers = multipliers_of(operands);
  if (is_narrow(operands))
    std::transform(multipliers.begin(), multipliers.end(), multipliers.begin(), narrowed);
  std::vector<std::int32_t> records;
  for (const Block& block : blocks) append_record(bias, multipliers, block, records);
  const auto size = static_cast<std::int64_t>(records.size() / blocks.size());
  const IntegerRange range = quantized_range(operands.activation, operands.output);
  return labelled_field("output",
                        {{"records", builder.constant("records", records, size)},
                         {"zero point", std::int64_t{operands.output.quantization.zero_point()}},
                         {"min", std::int64_t{range.min}},
                         {"max", std::int64_t{range.max}}});
}

/// Weights [channel][taps] in blocks: each run of neighbouring taps filled up to whole words.
ConstantId packed_weights(const std::vector<std::uint8_t>& weights, std::size_t taps,
                          std::size_t run, const std::vector<Block>& blocks, StepBuilder& builder) {
  std::vector<std::uint8_t> packed;
  for (const Block& block : blocks)
    for (std::size_t begin = 0; begin < taps; begin += run)
      for (std::size_t first = begin; first < begin + run; first += word)
        for (const auto& channel : block)
          for (std::size_t tap = first; tap < first + word; ++tap)
            packed.push_back(channel && tap < begin + run ? weights[*channel * taps + tap]
                                                          : std::uint8_t{0});
  const auto size = static_cast<std::int64_t>(packed.size() / blocks.size());
  const ConstantId id = builder.constant("weights", ElementType::s8, std::move(packed), size);
  builder.align(id, word);
  return id;
}

/// Weights [taps][channel] in blocks.
ConstantId packed_depthwise(const DepthwiseConvolution& convolution,
                            const std::vector<Block>& blocks, StepBuilder& builder) {
  const auto channels = static_cast<std::size_t>(convolution.operands.channels);
  const std::size_t taps = convolution.weights.size() / channels;
  std::vector<std::uint8_t> packed;
  for (const Block& block : blocks)
    for (std::size_t tap = 0; tap < taps; ++tap)
      for (const auto& channel : block)
        packed.push_back(convolution.weights[tap * channels + *channel]);
  const auto size = static_cast<std::int64_t>(packed.size() / blocks.size());
  const ConstantId id = builder.constant("weights", ElementType::s8, std::move(packed), size);
  builder.align(id, word);
  return id;
}

Struct layer(const Convolution& convolution, Field images, StepBuilder& builder) {
  const std::vector<Block> blocks = blocks_of(convolution.operands.channels, convolution.groups, 2);
  const ConstantId weights =
      packed_weights(convolution.weights, static_cast<std::size_t>(convolution.taps),
                     static_cast<std::size_t>(run_of(convolution)), blocks, builder);
  return {"conv2d_s8_dsp_layer",
          {std::move(images), int_field("groups", convolution.groups),
           constant_field("weights", weights),
           int_field("input_padding", zero_point_of(convolution.operands.input)),
           stage(convolution.operands, blocks, builder)}};
}

/// The inputs of two pixels, widened.
Operand patch(const Convolution& convolution, StepBuilder& builder) {
  const std::int64_t run = run_of(convolution);
  const std::int64_t words = convolution.taps / run * ((run + word - 1) / word);
  return builder.scratch("patch", ElementType::s16, 2 * words * word, word);
}

void lower_pointwise(const NodeView& view, const Convolution& convolution, StepBuilder& builder) {
  const Shape& input = view.input(0).shape;
  const Shape& output = view.output().shape;
  Step& step =
      builder.step(kernel("pointwise", convolution.operands),
                   layer(convolution, one_row_field(convolution.window, input, output), builder),
                   {builder.input(0), builder.output(), patch(convolution, builder)});
  step.summary = describe(convolution.window, convolution.operands.activation);
  set_pixel_rows(step, convolution.window, input, output, view.input(0).type);
}

}  // namespace

bool computes_dsp(const LinearOperands& operands, const Target& target) {
  return target.features.dsp && !target.features.helium && computes(formats::s8, operands);
}

void lower_dsp(const NodeView& view, const Convolution& convolution, StepBuilder& builder) {
  const Window& window = convolution.window;
  if (is_pointwise_window(window)) return lower_pointwise(view, convolution, builder);
  const Tensor& input = view.input(0);
  const Shape& output = view.output().shape;
  Struct arguments = layer(convolution, images_field(window, input.shape, output), builder);
  Step& step = builder.step(
      kernel("conv2d", convolution.operands), shape_struct(window), std::move(arguments),
      {builder.input(0), builder.output(),
       builder.scratch("ring", input.type, ring_elements(window, input.shape)),
       patch(convolution, builder)});
  step.summary = describe(window, convolution.operands.activation);
  step.lead = row_lead(window, input.shape, output, input.type);
  set_row_form(step, window, input.shape, output, padding_of(input));
}

void lower_dsp(const DepthwiseConvolution& convolution, StepBuilder& builder) {
  const Window& window = convolution.window;
  const LinearOperands& operands = convolution.operands;
  const std::vector<Block> blocks = full_blocks_of(operands.channels);
  const ConstantId weights = packed_depthwise(convolution, blocks, builder);
  const Struct arguments = {"depthwise_conv2d_s8_dsp_layer",
                            {images_field(window, convolution.input, convolution.output),
                             constant_field("weights", weights),
                             int_field("input_padding", zero_point_of(operands.input)),
                             stage(operands, blocks, builder)}};
  Step& step = builder.step(
      kernel("depthwise_conv2d", operands), shape_struct(window), arguments,
      {builder.input(0), builder.output(),
       builder.scratch("ring", ElementType::s8, ring_elements(window, convolution.input))});
  step.summary = describe(window, operands.activation);
  step.lead = row_lead(window, convolution.input, convolution.output, ElementType::s8);
  set_row_form(step, window, convolution.input, convolution.output, padding_of(operands.input));
}

void lower_dsp(const NodeView& view, const FullyConnected& layer, StepBuilder& builder) {
  const std::vector<Block> blocks = blocks_of(layer.outputs, 1, 4);
  const ConstantId weights =
      packed_weights(view.input(1).data, static_cast<std::size_t>(layer.inputs),
                     static_cast<std::size_t>(layer.inputs), blocks, builder);
  Step& step =
      builder.step(kernel("fully_connected", layer.operands),
                   {"fully_connected_s8_dsp_layer",
                    {int_field("rows", layer.rows), int_field("inputs", layer.inputs),
                     int_field("outputs", layer.outputs), constant_field("weights", weights),
                     stage(layer.operands, blocks, builder)}},
                   {builder.input(0), builder.output()});
  step.summary = activation_summary(layer.operands.activation);
  const auto image = collected_rows(view);
  if (!image || image->elements % word != 0) return;
  const auto sums = static_cast<std::int64_t>(blocks.size()) * word;
  step.row_form = collecting(step, *image, builder.scratch("sums", ElementType::s32, sums));
}

}  // namespace smelt::ops
