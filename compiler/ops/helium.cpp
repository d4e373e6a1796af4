// SPDX-License-Identifier: Apache-2.0
//
// Linear layers by the kernels for Helium (runtime-min/smelt/*_helium.h): weights in the order of
// the inner loops, and the other constants in the order of their vectors.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ops/channel_blocks.h"
#include "compiler/ops/cores.h"

namespace smelt::ops {
namespace {

constexpr std::int64_t vector = 16;
constexpr std::int64_t lanes = 4;

std::size_t index(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

/// Whether no output is below the zero point.
bool is_rectified(const LinearOperands& operands) {
  return quantized_range(operands.activation, operands.output).min >=
         operands.output.quantization.zero_point();
}

/// Shifts that the kernels have: to the right, or none where signs do not matter.
bool shifts_right(const LinearOperands& operands) {
  const std::vector<Multiplier> multipliers = multipliers_of(operands);
  const std::int32_t most = is_rectified(operands) ? 0 : -1;
  return std::all_of(multipliers.begin(), multipliers.end(), [most](const Multiplier& each) {
    return each.multiplier == 0 || each.shift <= most;
  });
}

Kernel kernel(std::string_view stem) {
  const std::string_view file = stem == "pointwise" ? "conv2d" : stem;
  return {fmt::format("{}_s8_helium", stem), fmt::format("smelt/{}_helium.h", file)};
}

/// Records of smelt::helium_stage for blocks of four channels. Absent ones, and those whose scale
/// is too small, become zero by any shift to the right.
Field stage(const LinearOperands& operands, const std::vector<Block>& blocks,
            StepBuilder& builder) {
  const std::vector<std::int64_t> bias = folded_bias(operands);
  const std::vector<Multiplier> multipliers = multipliers_of(operands);
  std::vector<std::int32_t> records;
  const auto append = [&](const Block& block, const auto& value, std::int32_t other) {
    for (const auto& channel : block)
      records.push_back(channel ? static_cast<std::int32_t>(value(*channel)) : other);
  };
  for (const Block& block : blocks) {
    append(block, [&](std::size_t c) { return bias[c]; }, 0);
    append(block, [&](std::size_t c) { return multipliers[c].multiplier; }, 0);
    append(
        block,
        [&](std::size_t c) { return multipliers[c].multiplier == 0 ? -1 : multipliers[c].shift; },
        -1);
  }
  const IntegerRange range = quantized_range(operands.activation, operands.output);
  return labelled_field("output",
                        {{"records", builder.constant("records", records, 3 * lanes)},
                         {"zero point", std::int64_t{operands.output.quantization.zero_point()}},
                         {"min", std::int64_t{range.min}},
                         {"max", std::int64_t{range.max}}});
}

/// Vectors of neighbouring taps of which the first is short, as [begin, end).
std::vector<std::pair<std::int64_t, std::int64_t>> vectors_of(std::int64_t taps) {
  std::vector<std::pair<std::int64_t, std::int64_t>> vectors{{0, (taps - 1) % vector + 1}};
  while (vectors.back().second < taps)
    vectors.emplace_back(vectors.back().second, vectors.back().second + vector);
  return vectors;
}

/// Weights [channel][taps] as [block][vector][channel][16]; those of a last block that is not full
/// as [channel][vector][16].
ConstantId packed_weights(const std::vector<std::uint8_t>& weights, std::int64_t taps,
                          const std::vector<Block>& blocks, StepBuilder& builder) {
  std::vector<std::uint8_t> packed;
  const auto vectors = vectors_of(taps);
  const auto append = [&](std::size_t channel, std::pair<std::int64_t, std::int64_t> range) {
    const auto row = weights.begin() + static_cast<std::ptrdiff_t>(channel * index(taps));
    const std::size_t end = packed.size() + vector;
    packed.resize(end - index(range.second - range.first));
    packed.insert(packed.end(), row + range.first, row + range.second);
  };
  for (const Block& block : blocks)
    if (block.back()) {
      for (const auto& each : vectors)
        for (const auto& channel : block) append(*channel, each);
    } else {
      for (const auto& channel : block)
        for (const auto& each : vectors)
          if (channel) append(*channel, each);
    }
  const auto row = static_cast<std::int64_t>(vectors.size()) * vector;
  const ConstantId id = builder.constant("weights", ElementType::s8, std::move(packed), row);
  builder.align(id, vector);
  return id;
}

Struct layer(const Convolution& convolution, Field images, StepBuilder& builder) {
  const std::vector<Block> blocks =
      blocks_of(convolution.operands.channels, convolution.groups, lanes);
  return {"conv2d_s8_helium_layer",
          {std::move(images), int_field("groups", convolution.groups),
           constant_field("weights",
                          packed_weights(convolution.weights, convolution.taps, blocks, builder)),
           int_field("input_padding", zero_point_of(convolution.operands.input)),
           stage(convolution.operands, blocks, builder)}};
}

void lower_pointwise(const NodeView& view, const Convolution& convolution, StepBuilder& builder) {
  const Shape& input = view.input(0).shape;
  const Shape& output = view.output().shape;
  Step& step =
      builder.step(kernel("pointwise"),
                   layer(convolution, one_row_field(convolution.window, input, output), builder),
                   {builder.input(0), builder.output()});
  step.summary = describe(convolution.window, convolution.operands.activation);
  // Pairs of pixels, but the groups one after the other.
  const std::int64_t together = convolution.groups == 1 ? 2 : INT64_MAX;
  set_pixel_rows(step, convolution.window, input, output, view.input(0).type, together);
}

/// The inputs of two pixels, unless they are read where they are.
std::int64_t patch_elements(const Convolution& convolution) {
  return run_of(convolution) == convolution.taps ? 0 : 2 * convolution.taps;
}

/// Blocks of a vector of outputs: of one pixel or, where the vector has room for more and they are
/// neighbours, of several.
struct Lanes {
  std::int64_t pixels = 1;
  std::vector<Block> blocks;
};
Lanes lanes_of(const DepthwiseConvolution& convolution) {
  const std::int64_t channels = convolution.operands.channels;
  const bool neighbours = convolution.window.stride.width == 1;
  Lanes result{.pixels = neighbours ? std::max<std::int64_t>(1, vector / channels) : 1};
  result.blocks = blocks_of(result.pixels * channels, 1, vector);
  for (Block& block : result.blocks)
    for (auto& lane : block)
      if (lane) lane = *lane % index(channels);
  return result;
}

/// Weights [taps][channel] as [block][taps][16].
ConstantId packed_depthwise(const DepthwiseConvolution& convolution,
                            const std::vector<Block>& blocks, StepBuilder& builder) {
  const std::size_t channels = index(convolution.operands.channels);
  std::vector<std::uint8_t> packed;
  for (const Block& block : blocks)
    for (std::size_t tap = 0; tap < convolution.weights.size(); tap += channels)
      for (const auto& channel : block)
        packed.push_back(channel ? convolution.weights[tap + *channel] : std::uint8_t{0});
  const auto size = static_cast<std::int64_t>(packed.size() / blocks.size());
  const ConstantId id = builder.constant("weights", ElementType::s8, std::move(packed), size);
  builder.align(id, vector);
  return id;
}

/// The blocks of four lanes that widening a vector twice gives.
std::vector<Block> widened(const std::vector<Block>& blocks) {
  std::vector<Block> quarters;
  for (const Block& block : blocks)
    for (const std::size_t first : {0U, 2U, 1U, 3U})
      quarters.push_back({block[first], block[first + 4], block[first + 8], block[first + 12]});
  return quarters;
}

bool computes_helium(const LinearOperands& operands, const Target& target) {
  return target.features.helium && computes(formats::s8, operands) && shifts_right(operands);
}

bool computes_depthwise(const DepthwiseConvolution& convolution, const Target& target) {
  const std::vector<std::uint8_t>& weights = convolution.weights;
  const std::size_t channels = index(convolution.operands.channels);
  const auto is_least = [&](std::size_t i) {
    return static_cast<std::int8_t>(weights[i]) == INT8_MIN;
  };
  for (std::size_t i = 0; i + channels < weights.size(); ++i)
    if (i / channels % 2 == 0 && is_least(i) && is_least(i + channels)) return false;
  return convolution.input[3] == convolution.output[3] &&
         computes_helium(convolution.operands, target);
}

void lower_conv2d(const NodeView& view, const Convolution& convolution, StepBuilder& builder) {
  const Window& window = convolution.window;
  if (is_pointwise_window(window)) return lower_pointwise(view, convolution, builder);
  const Tensor& input = view.input(0);
  const Shape& output = view.output().shape;
  Struct arguments = layer(convolution, images_field(window, input.shape, output), builder);
  Step& step =
      builder.step(kernel("conv2d"), shape_struct(window), std::move(arguments),
                   {builder.input(0), builder.output(),
                    builder.scratch("ring", input.type, ring_elements(window, input.shape)),
                    builder.scratch("patch", input.type, patch_elements(convolution))});
  set_window_rows(step, window, convolution.operands, input.shape, output);
}

void lower_depthwise(const DepthwiseConvolution& convolution, StepBuilder& builder) {
  const Window& window = convolution.window;
  const LinearOperands& operands = convolution.operands;
  const Lanes split = lanes_of(convolution);
  const ConstantId weights = packed_depthwise(convolution, split.blocks, builder);
  const Struct arguments = {"depthwise_conv2d_s8_helium_layer",
                            {images_field(window, convolution.input, convolution.output),
                             int_field("pixels", split.pixels), constant_field("weights", weights),
                             int_field("input_padding", zero_point_of(operands.input)),
                             stage(operands, widened(split.blocks), builder)}};
  Step& step = builder.step(
      kernel("depthwise_conv2d"), shape_struct(window), arguments,
      {builder.input(0), builder.output(),
       builder.scratch("ring", ElementType::s8, ring_elements(window, convolution.input))});
  set_window_rows(step, window, operands, convolution.input, convolution.output);
}

void lower_fully_connected(const NodeView& view, const FullyConnected& layer,
                           StepBuilder& builder) {
  const std::vector<Block> blocks = blocks_of(layer.outputs, 1, lanes);
  const ConstantId weights = packed_weights(view.input(1).data, layer.inputs, blocks, builder);
  Step& step =
      builder.step(kernel("fully_connected"),
                   {"fully_connected_s8_helium_layer",
                    {int_field("rows", layer.rows), int_field("inputs", layer.inputs),
                     int_field("outputs", layer.outputs), constant_field("weights", weights),
                     stage(layer.operands, blocks, builder)}},
                   {builder.input(0), builder.output()});
  step.summary = activation_summary(layer.operands.activation);
  const auto image = collected_rows(view);
  if (!image || image->elements % vector != 0) return;
  const auto sums = static_cast<std::int64_t>(blocks.size()) * lanes;
  step.row_form = collecting(step, *image, builder.scratch("sums", ElementType::s32, sums));
}

}  // namespace

const Core cores::helium = {computes_helium, computes_depthwise, lower_conv2d, lower_depthwise,
                            lower_fully_connected};

}  // namespace smelt::ops
