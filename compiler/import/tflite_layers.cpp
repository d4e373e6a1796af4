// SPDX-License-Identifier: Apache-2.0
//
// Layers with weights, pooling, and the rest that keeps the image's or sequence's structure.
#include <fmt/format.h>

#include "compiler/import/tflite_operators.h"
#include "compiler/ops/channels.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/custom.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/lstm.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/transpose_conv.h"

namespace smelt::tflite {
namespace {

/// Elements that one pooling may look at.
constexpr std::int64_t max_pool_taps = 1 << 30;

/// Weights that are int8 or int4 under float activations ("dynamic range" models): the float that
/// they stand for, since the device quantizes nothing at run time.
TensorId float_weights(Operator& op, std::size_t i) {
  const Tensor& weights = op.input(i);
  const bool narrow = weights.type == ElementType::s8 || weights.type == ElementType::s4;
  const bool hybrid = op.input(0).type == ElementType::f32 && narrow && weights.constant &&
                      weights.quantization.present();
  if (!hybrid) return op.inputs[i];
  op.warning(fmt::format("has {} weights under float activations: they are compiled as float",
                         weights.type == ElementType::s8 ? "int8" : "int4"),
             "quantize the whole model to int8 to make it four times smaller and faster");
  const std::vector<std::int64_t> quantized = integers(weights);
  std::vector<float> values;
  for (std::size_t j = 0; j < quantized.size(); ++j) {
    const std::size_t channel = scale_index(weights, j);
    values.push_back(weights.quantization.scale(channel) *
                     static_cast<float>(quantized[j] - weights.quantization.zero_point(channel)));
  }
  return op.graph.add({.name = weights.name,
                       .type = ElementType::f32,
                       .shape = weights.shape,
                       .constant = true,
                       .data = to_bytes(values)});
}

/// Input, weights and, where there is one, bias.
std::vector<TensorId> linear_operands(Operator& op) {
  std::vector<TensorId> operands = {op.inputs[0], float_weights(op, 1)};
  if (op.input_or_none(2) != no_tensor) operands.push_back(op.inputs[2]);
  return operands;
}

/// The same for a 16-bit layer that may ask for sums of 32 bits without having a bias: one of zeros
/// says so.
std::vector<TensorId> linear_operands(Operator& op, format::TensorType bias_type) {
  std::vector<TensorId> operands = linear_operands(op);
  const bool asks = bias_type == format::TensorType::INT32 && operands.size() == 2 &&
                    op.input(0).type == ElementType::s16 && op.input(1).constant &&
                    !op.input(1).shape.empty();
  if (!asks) return operands;
  const std::int32_t channels = op.input(1).shape[0];
  operands.push_back(op.graph.add(
      {.name = op.output().name + "_bias",
       .type = ElementType::s32,
       .shape = {channels},
       .constant = true,
       .data = to_bytes(std::vector<std::int32_t>(static_cast<std::size_t>(channels)))}));
  return operands;
}

bool four_dimensional(Operator& op, const Shape& shape, std::string_view role) {
  if (shape.size() == 4) return true;
  op.error(fmt::format("{} have shape {}, expected four dimensions", role, to_string(shape)),
           "the file does not follow the format; export the model again");
  return false;
}

/// What CONV_2D and DEPTHWISE_CONV_2D have alike.
template <typename Attributes, typename Table>
void convolution(Operator& op, const OpDef& def, const Table& table,
                 format::TensorType bias_type = {}) {
  if (!op.takes(2, 3)) return;
  const Shape weights = op.input(1).shape;
  if (!four_dimensional(op, weights, "weights")) return;
  Attributes attributes{.stride = {table.stride_h(), table.stride_w()},
                        .dilation = {table.dilation_h_factor(), table.dilation_w_factor()}};
  const auto activation = op.activation(table.fused_activation_function());
  const auto pads = op.pads(table.padding(), op.input(0).shape, {weights[1], weights[2]},
                            attributes.stride, attributes.dilation);
  if (!activation || !pads) return;
  attributes.activation = *activation;
  attributes.pads = *pads;
  op.node(def, attributes, linear_operands(op, bias_type));
}

void pool(Operator& op, const OpDef& def) {
  const auto* table = op.table(&format::Operator::builtin_options_as_Pool2DOptions);
  if (!table || !op.takes(1, 1)) return;
  ops::Pool2dAttributes attributes{.kernel = {table->filter_height(), table->filter_width()},
                                   .stride = {table->stride_h(), table->stride_w()}};
  const auto activation = op.activation(table->fused_activation_function());
  const auto pads =
      op.pads(table->padding(), op.input(0).shape, attributes.kernel, attributes.stride, {1, 1});
  if (!activation || !pads) return;
  // Kernels of pooling may be as large as the image, which nothing in the file pays for.
  const std::int64_t taps = std::int64_t{attributes.kernel.height} * attributes.kernel.width;
  if (taps > 0 && element_count(op.output().shape) > max_pool_taps / taps)
    return op.error(
        fmt::format("a {}x{} window over an output {} is too much work", attributes.kernel.height,
                    attributes.kernel.width, to_string(op.output().shape)),
        "use larger strides");
  attributes.activation = *activation;
  attributes.pads = *pads;
  op.node(def, attributes, {op.inputs[0]});
}

}  // namespace

void conv2d(Operator& op) {
  if (const auto* table = op.table(&format::Operator::builtin_options_as_Conv2DOptions))
    convolution<ops::Conv2dAttributes>(op, ops::conv2d, *table, table->quantized_bias_type());
}

void depthwise_conv2d(Operator& op) {
  if (const auto* table = op.table(&format::Operator::builtin_options_as_DepthwiseConv2DOptions))
    convolution<ops::DepthwiseConv2dAttributes>(op, ops::depthwise_conv2d, *table);
}

void transpose_conv(Operator& op) {
  const auto* table = op.table(&format::Operator::builtin_options_as_TransposeConvOptions);
  if (!table || !op.takes(3, 4)) return;
  const Shape weights = op.input(1).shape;
  const Shape output = op.output().shape;
  if (!four_dimensional(op, weights, "weights") || !four_dimensional(op, output, "outputs")) return;
  const Extent2 stride{table->stride_h(), table->stride_w()};
  const auto activation = op.activation(table->fused_activation_function());
  // Padding is that of the convolution that would lead from the output back to the input.
  const auto pads = op.pads(table->padding(), output, {weights[1], weights[2]}, stride, {1, 1});
  if (!activation || !pads) return;
  std::vector<TensorId> operands = {op.inputs[2], op.inputs[1]};
  if (op.input_or_none(3) != no_tensor) operands.push_back(op.inputs[3]);
  op.node(ops::transpose_conv,
          ops::TransposeConvAttributes{
              .stride = stride, .pads = *pads, .output_shape = output, .activation = *activation},
          std::move(operands));
}

void fully_connected(Operator& op) {
  const auto* table = op.table(&format::Operator::builtin_options_as_FullyConnectedOptions);
  if (!table || !op.takes(2, 3)) return;
  if (table->weights_format() != format::FullyConnectedOptionsWeightsFormat::DEFAULT)
    return op.error("has shuffled weights", "convert the model without that optimization");
  const auto activation = op.activation(table->fused_activation_function());
  if (!activation) return;
  op.node(
      ops::fully_connected,
      ops::FullyConnectedAttributes{.activation = *activation, .keep_dims = table->keep_num_dims()},
      linear_operands(op, table->quantized_bias_type()));
}

void average_pool2d(Operator& op) {
  pool(op, ops::average_pool2d);
}

void max_pool2d(Operator& op) {
  pool(op, ops::max_pool2d);
}

void softmax(Operator& op) {
  const auto* table = op.table(&format::Operator::builtin_options_as_SoftmaxOptions);
  if (!table || !op.takes(1, 1)) return;
  op.node(ops::softmax, ops::SoftmaxAttributes{.beta = table->beta()}, {op.inputs[0]});
}

/// The file's 24 operands: 0 input; 1-4 weights, 5-8 recurrent weights (input, forget, candidate,
/// output gate); 9-11 peephole; 12-15 biases; 16-17 projection; 18 hidden and 19 cell state;
/// 20-23 layer normalization.
void lstm(Operator& op) {
  const auto* table =
      op.table(&format::Operator::builtin_options_as_UnidirectionalSequenceLSTMOptions);
  if (!table || !op.takes(1, 24)) return;
  op.inputs.resize(24, no_tensor);
  const auto absent = [&](std::size_t first, std::size_t last, std::string_view what) {
    for (std::size_t i = first; i <= last; ++i)
      if (op.inputs[i] != no_tensor) {
        op.error(fmt::format("has {}", what), "use a plain LSTM layer");
        return false;
      }
    return true;
  };
  if (!absent(9, 11, "peephole connections") || !absent(16, 17, "a projection") ||
      !absent(20, 23, "layer normalization"))
    return;
  if (op.inputs[1] == no_tensor || op.inputs[5] == no_tensor)
    return op.error("couples the input and forget gates", "use a plain LSTM layer");
  if (table->fused_activation_function() != format::ActivationFunctionType::TANH)
    return op.error("has an activation other than tanh", "use a plain LSTM layer");
  if (table->proj_clip() != 0 || table->diagonal_recurrent_tensors())
    return op.error("clips a projection or has diagonal weights", "use a plain LSTM layer");
  std::vector<TensorId> operands = {op.inputs[0]};
  for (const std::size_t i : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 12U, 13U, 14U, 15U, 18U, 19U})
    operands.push_back(op.inputs[i]);
  op.node(ops::lstm,
          ops::LstmAttributes{.cell_clip = table->cell_clip(), .time_major = table->time_major()},
          std::move(operands));
}

void custom(Operator& op) {
  if (op.op.large_custom_options_size() != 0)
    return op.error("has options outside the FlatBuffer", "export a model of less than 2 GB");
  const CustomOperator& bound = op.options.custom.at(op.place.kind);
  ops::CustomAttributes attributes{.header = bound.header, .function = bound.function};
  if (const auto* options = op.op.custom_options())
    attributes.options.assign(options->begin(), options->end());
  std::vector<TensorId> operands;
  for (const TensorId id : op.inputs)
    if (id != no_tensor) operands.push_back(id);
  op.node(ops::custom, attributes, std::move(operands));
  op.graph.nodes.back().outputs = op.outputs;
}

}  // namespace smelt::tflite
