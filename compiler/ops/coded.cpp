// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/coded.h"

#include <fmt/format.h>

#include "smelt/conv2d_coded.h"
#include "smelt/fully_connected_coded.h"

namespace smelt::ops {
namespace {

using Invoke = void (*)(const HostCall&);

/// A kernel for each coding but plain.
struct CodedKernel {
  std::string_view stem;
  Invoke values, runs;
};

constexpr CodedKernel conv2d_kernel = {"conv2d", invoke<&smelt::conv2d_coded<smelt::all_weights>>,
                                       invoke<&smelt::conv2d_coded<smelt::runs_and_weights>>};
constexpr CodedKernel fully_connected_kernel = {
    "fully_connected", invoke<&smelt::fully_connected_coded<smelt::all_weights>>,
    invoke<&smelt::fully_connected_coded<smelt::runs_and_weights>>};

Kernel kernel(const CodedKernel& of, Coding coding) {
  const bool runs = coding == Coding::runs;
  return {fmt::format("{}_s8_{}", of.stem, runs ? "runs" : "coded"),
          fmt::format("smelt/{}_coded.h", of.stem), runs ? of.runs : of.values};
}

/// Weights by output channel.
struct ChannelWeights {
  std::vector<std::int8_t> weights;
  std::size_t taps = 0;
};

ChannelWeights by_channel(const std::vector<std::uint8_t>& bytes, std::int64_t taps) {
  return {{bytes.begin(), bytes.end()}, static_cast<std::size_t>(taps)};
}

/// The same of weights [taps][channel].
ChannelWeights channels_first(const std::vector<std::uint8_t>& bytes, std::int32_t channels) {
  const auto count = static_cast<std::size_t>(channels);
  ChannelWeights result{{}, bytes.size() / count};
  for (std::size_t c = 0; c < count; ++c)
    for (std::size_t tap = 0; tap < result.taps; ++tap)
      result.weights.push_back(static_cast<std::int8_t>(bytes[tap * count + c]));
  return result;
}

std::int64_t size_of(const CodeTable& table) {
  return static_cast<std::int64_t>(table.entries.size() * sizeof(std::int16_t));
}

/// The field of type smelt::coded_weights.
Field coded_field(const ChannelWeights& channels, Coding coding, StepBuilder& builder,
                  WeightCoding& facts) {
  const CodedWeights coded = encode(channels.weights, channels.taps, coding);
  facts = {.coding = coding,
           .weights = static_cast<std::int64_t>(channels.weights.size()),
           .symbols = coded.symbols,
           .stream_bytes = static_cast<std::int64_t>(coded.stream.size() * sizeof(std::uint16_t)),
           .table_bytes = size_of(coded.values) + size_of(coded.runs),
           .entropy_bits = coded.entropy_bits};
  const auto table = [&](std::string_view suffix, const CodeTable& code) {
    return code.entries.empty() ? Value{std::int64_t{0}}
                                : Value{builder.constant(suffix, code.entries)};
  };
  const ConstantId stream = builder.constant(
      "weights", std::vector<std::int16_t>(coded.stream.begin(), coded.stream.end()));
  const Value values = table("values", coded.values);
  return labelled_field("weights", {{"stream", stream},
                                    {"values", values},
                                    {"bits", std::int64_t{coded.values.bits}},
                                    {"runs", table("runs", coded.runs)},
                                    {"bits", std::int64_t{coded.runs.bits}}});
}

/// The field of type smelt::window_shape: one kernel serves all layers.
Field window_field(const Window& window) {
  Field field{"window", {}, {}};
  for (const Field& each : shape_struct(window).fields) {
    field.values.insert(field.values.end(), each.values.begin(), each.values.end());
    field.labels.push_back(each.name);
    field.labels.resize(field.values.size());
  }
  return field;
}

/// "relu, 2.1 bits a weight" for the comment of a step.
std::string with_bits(const std::string& summary, const WeightCoding& facts) {
  return fmt::format("{}{}{:.1f} bits a weight", summary, summary.empty() ? "" : ", ",
                     8 * static_cast<double>(facts.stream_bytes + facts.table_bytes) /
                         static_cast<double>(facts.weights));
}

/// What one output channel is decoded to.
Operand row_of(const ChannelWeights& channels, StepBuilder& builder) {
  return builder.scratch("weights", ElementType::s8, static_cast<std::int64_t>(channels.taps));
}

void lower_channels(const Convolution& convolution, const ChannelWeights& channels,
                    const Shape& input, const Shape& output, Coding coding, StepBuilder& builder) {
  const Window& window = convolution.window;
  const LinearOperands& operands = convolution.operands;
  WeightCoding facts;
  Field weights = coded_field(channels, coding, builder, facts);
  // Whole images of single pixels are one row.
  const Field rows = images_field(window, input, output);
  Struct arguments = {
      "conv2d_coded_layer",
      {is_pointwise_window(window) ? one_row_field(window, input, output) : rows,
       window_field(window), int_field("groups", convolution.groups), std::move(weights),
       int_field("input_padding", zero_point_of(operands.input)),
       output_stage(formats::s8, operands, builder)}};
  Step& step = builder.step(kernel(conv2d_kernel, coding), std::move(arguments),
                            {builder.input(0), builder.output(), row_of(channels, builder)});
  step.summary = with_bits(describe(window, operands.activation), facts);
  set_row_form(step, window, input, output, padding_of(operands.input), false);
  if (step.row_form) step.row_form->arguments->fields.front() = rows;
  step.coding = facts;
}

}  // namespace

bool has_coded_kernel(const LinearOperands& operands) {
  return computes(formats::s8, operands);
}

void lower_coded_conv2d(const Convolution& convolution, const Shape& input, const Shape& output,
                        Coding coding, StepBuilder& builder) {
  lower_channels(convolution, by_channel(convolution.weights, convolution.taps), input, output,
                 coding, builder);
}

void lower_coded_depthwise(const DepthwiseConvolution& convolution, Coding coding,
                           StepBuilder& builder) {
  // Each input channel is a group.
  lower_channels({.window = convolution.window,
                  .operands = convolution.operands,
                  .groups = convolution.input[3]},
                 channels_first(convolution.weights, convolution.operands.channels),
                 convolution.input, convolution.output, coding, builder);
}

void lower_coded_fully_connected(const NodeView& view, const FullyConnected& layer, Coding coding,
                                 StepBuilder& builder) {
  const ChannelWeights channels = by_channel(view.input(1).data, layer.inputs);
  if (layer.rows > 1) {
    // Rows are the pixels of an image.
    return lower_coded_conv2d({.window = {.kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}},
                               .operands = layer.operands,
                               .weights = view.input(1).data,
                               .taps = layer.inputs},
                              {1, 1, layer.rows, layer.inputs}, {1, 1, layer.rows, layer.outputs},
                              coding, builder);
  }
  WeightCoding facts;
  Field weights = coded_field(channels, coding, builder, facts);
  Step& step =
      builder.step(kernel(fully_connected_kernel, coding),
                   {"fully_connected_coded_layer",
                    {int_field("inputs", layer.inputs), int_field("outputs", layer.outputs),
                     std::move(weights), output_stage(formats::s8, layer.operands, builder)}},
                   {builder.input(0), builder.output()});
  step.summary = with_bits(activation_summary(layer.operands.activation), facts);
  step.coding = facts;
}

}  // namespace smelt::ops
