// SPDX-License-Identifier: Apache-2.0
//
// Linear layers by the DSP extension of Arm: constants in the order that smelt/linear_dsp.h
// describes.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ops/channel_blocks.h"
#include "compiler/ops/cores.h"

namespace smelt::ops {
namespace {

constexpr std::int64_t word = 4;

std::int64_t divided_up(std::int64_t count, std::int64_t size) {
  return (count + size - 1) / size;
}

std::int64_t largest_sum(const LinearOperands& operands) {
  const std::vector<std::int64_t> bounds = sum_bounds(operands);
  return *std::max_element(bounds.begin(), bounds.end());
}

/// Whether dsp::narrow computes the outputs from the sums.
bool is_narrow(const LinearOperands& operands) {
  const std::vector<Multiplier> multipliers = multipliers_of(operands);
  const IntegerRange range = quantized_range(operands.activation, operands.output);
  return range.min == INT8_MIN && range.max == INT8_MAX &&
         largest_sum(operands) < std::int64_t{1} << 30 &&
         std::all_of(
             multipliers.begin(), multipliers.end(),
             [](const Multiplier& each) {
               return each.multiplier != 0 && each.shift <= -1 && each.shift >= -22;
             });
}

/// Whether smelt::dsp_pairs does: sums of 24 bits, and pairs of weights that are numbers of 16.
bool is_paired(const LinearOperands& operands, const std::vector<std::uint8_t>& weights) {
  constexpr auto least = static_cast<std::uint8_t>(INT8_MIN);
  return is_narrow(operands) && largest_sum(operands) < std::int64_t{1} << 23 &&
         std::find(weights.begin(), weights.end(), least) == weights.end();
}

Kernel kernel(std::string_view stem, bool general) {
  const std::string_view file = stem == "pointwise" ? "conv2d" : stem;
  return {fmt::format("{}_s8_dsp{}", stem, general ? "_general" : ""),
          fmt::format("smelt/{}_dsp.h", file)};
}

/// What dsp::narrow takes: 32 bits, as a signed number, and one less to the right.
Multiplier narrowed(const Multiplier& given) {
  return {static_cast<std::int32_t>(static_cast<std::uint32_t>(given.multiplier) << 1),
          -given.shift - 1};
}

/// What channels have besides weights.
struct Channels {
  std::vector<std::int64_t> bias;
  std::vector<Multiplier> multipliers;
};

Channels channels_of(const LinearOperands& operands, bool narrow) {
  Channels channels{folded_bias(operands), multipliers_of(operands)};
  std::vector<Multiplier>& multipliers = channels.multipliers;
  if (narrow) std::transform(multipliers.begin(), multipliers.end(), multipliers.begin(), narrowed);
  return channels;
}

/// A smelt::dsp_record of a block, perhaps of pairs.
void append_record(const Channels& channels, const Block& block, bool paired,
                   std::vector<std::int32_t>& records) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    std::int64_t bias = block[i] ? channels.bias[*block[i]] : 0;
    if (paired && i % 2 == 1) bias = 256 * bias + channels.bias[*block[i - 1]];
    records.push_back(static_cast<std::int32_t>(bias));
  }
  std::uint32_t shifts = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const Multiplier each = block[i] ? channels.multipliers[*block[i]] : Multiplier{};
    records.push_back(each.multiplier);
    shifts |= (static_cast<std::uint32_t>(each.shift) & 255U) << (8 * i);
  }
  records.push_back(static_cast<std::int32_t>(shifts));
}

/// The field of type smelt::dsp_stage. Paired sums are narrowed, too.
Field stage(const LinearOperands& operands, const std::vector<Block>& blocks, bool paired,
            bool narrow, StepBuilder& builder) {
  const Channels channels = channels_of(operands, narrow);
  std::vector<std::int32_t> records;
  for (const Block& block : blocks) append_record(channels, block, paired, records);
  const auto size = static_cast<std::int64_t>(records.size() / blocks.size());
  const IntegerRange range = quantized_range(operands.activation, operands.output);
  return labelled_field("output",
                        {{"records", builder.constant("records", records, size)},
                         {"zero point", std::int64_t{operands.output.quantization.zero_point()}},
                         {"min", std::int64_t{range.min}},
                         {"max", std::int64_t{range.max}}});
}

ConstantId words(std::vector<std::uint8_t> packed, const std::vector<Block>& blocks,
                 StepBuilder& builder) {
  const auto size = static_cast<std::int64_t>(packed.size() / blocks.size());
  const ConstantId id = builder.constant("weights", ElementType::s8, std::move(packed), size);
  builder.align(id, word);
  return id;
}

/// Weights [channel][taps], where each run of neighbouring taps is filled up to whole words.
class FilledWeights {
 public:
  FilledWeights(const std::vector<std::uint8_t>& weights, std::int64_t taps, std::int64_t run)
      : weights_(weights),
        taps_(static_cast<std::size_t>(taps)),
        run_(static_cast<std::size_t>(run)),
        filled_(static_cast<std::size_t>(divided_up(run, word) * word)) {}

  std::size_t taps() const { return taps_ / run_ * filled_; }
  std::uint8_t at(std::optional<std::size_t> channel, std::size_t tap) const {
    if (!channel || tap % filled_ >= run_) return 0;
    return weights_[*channel * taps_ + tap / filled_ * run_ + tap % filled_];
  }

 private:
  const std::vector<std::uint8_t>& weights_;
  std::size_t taps_, run_, filled_;
};

/// Bytes: four taps of each channel.
std::vector<std::uint8_t> packed_bytes(const FilledWeights& weights,
                                       const std::vector<Block>& blocks) {
  std::vector<std::uint8_t> packed;
  for (const Block& block : blocks)
    for (std::size_t first = 0; first < weights.taps(); first += word)
      for (const auto& channel : block)
        for (std::size_t i = 0; i < word; ++i) packed.push_back(weights.at(channel, first + i));
  return packed;
}

/// Pairs a, b as numbers 256 * b + a: four taps of each pair, in the order of dsp::place.
std::vector<std::uint8_t> packed_pairs(const FilledWeights& weights,
                                       const std::vector<Block>& blocks) {
  std::vector<std::uint8_t> packed;
  for (const Block& block : blocks)
    for (std::size_t first = 0; first < weights.taps(); first += word)
      for (std::size_t pair = 0; pair < block.size(); pair += 2)
        for (const std::size_t i : {0U, 2U, 1U, 3U}) {
          const std::uint8_t a = weights.at(block[pair], first + i);
          const std::uint8_t b = weights.at(block[pair + 1], first + i);
          packed.push_back(a);
          packed.push_back(static_cast<std::uint8_t>(b - (a >> 7)));
        }
  return packed;
}

/// Of a depthwise convolution, whose weights are [taps][channel].
std::vector<std::uint8_t> packed_taps(const DepthwiseConvolution& convolution,
                                      const std::vector<Block>& blocks) {
  const auto channels = static_cast<std::size_t>(convolution.operands.channels);
  std::vector<std::uint8_t> packed;
  for (const Block& block : blocks)
    for (std::size_t tap = 0; tap < convolution.weights.size(); tap += channels)
      for (const auto& channel : block) packed.push_back(convolution.weights[tap + *channel]);
  return packed;
}

Struct layer(const Convolution& convolution, Field images, StepBuilder& builder) {
  const bool paired = is_paired(convolution.operands, convolution.weights);
  const std::vector<Block> blocks =
      blocks_of(convolution.operands.channels, convolution.groups, paired ? 2 : 1);
  const FilledWeights weights(convolution.weights, convolution.taps, run_of(convolution));
  const ConstantId packed = words(
      paired ? packed_pairs(weights, blocks) : packed_bytes(weights, blocks), blocks, builder);
  return {"conv2d_s8_dsp_layer",
          {std::move(images), int_field("groups", convolution.groups),
           constant_field("weights", packed),
           int_field("input_padding", zero_point_of(convolution.operands.input)),
           stage(convolution.operands, blocks, paired, paired, builder)}};
}

Kernel kernel(std::string_view stem, const Convolution& convolution) {
  return kernel(stem, !is_paired(convolution.operands, convolution.weights));
}

/// The inputs of two pixels, widened.
Operand patch(const Convolution& convolution, StepBuilder& builder) {
  const std::int64_t run = run_of(convolution);
  const std::int64_t count = convolution.taps / run * divided_up(run, word);
  return builder.scratch("patch", ElementType::s16, 2 * count * word, word);
}

void lower_pointwise(const NodeView& view, const Convolution& convolution, StepBuilder& builder) {
  const Shape& input = view.input(0).shape;
  const Shape& output = view.output().shape;
  Step& step =
      builder.step(kernel("pointwise", convolution),
                   layer(convolution, one_row_field(convolution.window, input, output), builder),
                   {builder.input(0), builder.output(), patch(convolution, builder)});
  step.summary = describe(convolution.window, convolution.operands.activation);
  set_pixel_rows(step, convolution.window, input, output, view.input(0).type);
}

bool computes_dsp(const LinearOperands& operands, const Target& target) {
  return target.features.dsp && computes(formats::s8, operands);
}

/// One filter per channel, and a block of channels.
bool computes_depthwise(const DepthwiseConvolution& convolution, const Target& target) {
  const std::int32_t channels = convolution.input[3];
  return channels >= word && channels == convolution.output[3] &&
         computes_dsp(convolution.operands, target);
}

void lower_conv2d(const NodeView& view, const Convolution& convolution, StepBuilder& builder) {
  const Window& window = convolution.window;
  if (is_pointwise_window(window) && convolution.groups == 1)
    return lower_pointwise(view, convolution, builder);
  const Tensor& input = view.input(0);
  const Shape& output = view.output().shape;
  Struct arguments = layer(convolution, images_field(window, input.shape, output), builder);
  Step& step =
      builder.step(kernel("conv2d", convolution), shape_struct(window), std::move(arguments),
                   {builder.input(0), builder.output(),
                    builder.scratch("ring", input.type, ring_elements(window, input.shape)),
                    patch(convolution, builder)});
  set_window_rows(step, window, convolution.operands, input.shape, output);
}

void lower_depthwise(const DepthwiseConvolution& convolution, StepBuilder& builder) {
  const Window& window = convolution.window;
  const LinearOperands& operands = convolution.operands;
  const std::vector<Block> blocks = full_blocks_of(operands.channels, word);
  const ConstantId weights = words(packed_taps(convolution, blocks), blocks, builder);
  const Struct arguments = {"depthwise_conv2d_s8_dsp_layer",
                            {images_field(window, convolution.input, convolution.output),
                             constant_field("weights", weights),
                             int_field("input_padding", zero_point_of(operands.input)),
                             stage(operands, blocks, false, is_narrow(operands), builder)}};
  Step& step = builder.step(
      kernel("depthwise_conv2d", !is_narrow(operands)), shape_struct(window), arguments,
      {builder.input(0), builder.output(),
       builder.scratch("ring", ElementType::s8, ring_elements(window, convolution.input))});
  set_window_rows(step, window, operands, convolution.input, convolution.output);
}

void lower_fully_connected(const NodeView& view, const FullyConnected& layer,
                           StepBuilder& builder) {
  const bool paired = is_paired(layer.operands, view.input(1).data);
  const std::vector<Block> blocks = blocks_of(layer.outputs, 1, paired ? 4 : 1);
  const FilledWeights filled(view.input(1).data, layer.inputs, layer.inputs);
  const ConstantId weights =
      words(paired ? packed_pairs(filled, blocks) : packed_bytes(filled, blocks), blocks, builder);
  Step& step =
      builder.step(kernel("fully_connected", !paired),
                   {"fully_connected_s8_dsp_layer",
                    {int_field("rows", layer.rows), int_field("inputs", layer.inputs),
                     int_field("outputs", layer.outputs), constant_field("weights", weights),
                     stage(layer.operands, blocks, paired, paired, builder)}},
                   {builder.input(0), builder.output()});
  step.summary = activation_summary(layer.operands.activation);
  const auto image = collected_rows(view);
  if (!image || image->elements % word != 0) return;
  const auto sums = static_cast<std::int64_t>(blocks.size() * blocks.front().size());
  step.row_form = collecting(step, *image, builder.scratch("sums", ElementType::s32, sums));
}

}  // namespace

const Core cores::dsp = {computes_dsp, computes_depthwise, lower_conv2d, lower_depthwise,
                         lower_fully_connected};

}  // namespace smelt::ops
