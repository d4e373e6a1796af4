// SPDX-License-Identifier: Apache-2.0
//
// Layers with weights, pooling, softmax, and the user's own operators.
#include <algorithm>

#include "compiler/export/tflite_operator.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/custom.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/lstm.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/transpose_conv.h"

namespace smelt::tflite_writer {
namespace {

constexpr int keep_dims_version = 5, per_channel_version = 12, transposed_bias_version = 3,
              transposed_activation_version = 4;

/// Of layers with weights of 4 bits.
constexpr int int4_convolution_version = 7, int4_fully_connected_version = 10;
/// Of 16-bit layers that name the type of their bias.
constexpr int bias_type_convolution_version = 8, bias_type_fully_connected_version = 11;

bool has_int4_weights(const Operator& op) {
  return op.view.input(1).type == ElementType::s4;
}

/// The type of bias that a 16-bit layer must name: without, it has 64 bits.
format::TensorType named_bias_type(const Operator& op) {
  const bool named = op.view.input(0).type == ElementType::s16 && op.view.has_input(2) &&
                     op.view.input(2).type == ElementType::s32;
  return named ? format::TensorType::INT32 : format::TensorType{};
}

/// Height and width of an operand NHWC.
Extent2 extent(const Tensor& tensor) {
  return {tensor.shape[1], tensor.shape[2]};
}

}  // namespace

void conv2d(Operator& op) {
  const auto& a = op.attributes<ops::Conv2dAttributes>();
  const auto padding =
      op.padding(a.pads, op.view.input(0).shape, extent(op.view.input(1)), a.stride, a.dilation);
  if (!padding) return;
  if (has_int4_weights(op)) op.version = int4_convolution_version;
  if (named_bias_type(op) != format::TensorType{}) op.version = bias_type_convolution_version;
  op.set_options(format::CreateConv2DOptions(op.file, *padding, a.stride.width, a.stride.height,
                                             activation_type(a.activation), a.dilation.width,
                                             a.dilation.height, named_bias_type(op)));
}

void depthwise_conv2d(Operator& op) {
  const auto& a = op.attributes<ops::DepthwiseConv2dAttributes>();
  const Shape& input = op.view.input(0).shape;
  const auto padding = op.padding(a.pads, input, extent(op.view.input(1)), a.stride, a.dilation);
  if (!padding) return;
  if (has_int4_weights(op)) op.version = int4_convolution_version;
  const std::int32_t multiplier = op.view.input(1).shape[3] / input[3];
  op.set_options(format::CreateDepthwiseConv2DOptions(
      op.file, *padding, a.stride.width, a.stride.height, multiplier, activation_type(a.activation),
      a.dilation.width, a.dilation.height));
}

/// The format's order: output shape, weights, input, bias.
void transpose_conv(Operator& op) {
  const auto& a = op.attributes<ops::TransposeConvAttributes>();
  const Shape& output = op.view.output().shape;
  if (op.view.input(1).shape[3] != op.view.input(0).shape[3])
    return op.error("has groups", "the format has transposed convolutions of one group alone");
  const auto padding = op.padding(a.pads, output, extent(op.view.input(1)), a.stride, {1, 1});
  if (!padding) return;
  std::swap(op.inputs[0], op.inputs[1]);
  op.inputs.insert(op.inputs.begin(), op.list("output_shape", output));
  if (op.view.has_input(2)) op.version = transposed_bias_version;
  if (a.activation != Activation::none) op.version = transposed_activation_version;
  op.set_options(format::CreateTransposeConvOptions(
      op.file, *padding, a.stride.width, a.stride.height, activation_type(a.activation)));
}

void fully_connected(Operator& op) {
  const auto& a = op.attributes<ops::FullyConnectedAttributes>();
  if (a.keep_dims) op.version = std::max(op.version, keep_dims_version);
  if (has_int4_weights(op)) op.version = int4_fully_connected_version;
  if (named_bias_type(op) != format::TensorType{}) op.version = bias_type_fully_connected_version;
  if (op.view.input(1).quantization.per_channel()) op.version = per_channel_version;
  op.set_options(format::CreateFullyConnectedOptions(
      op.file, activation_type(a.activation), format::FullyConnectedOptionsWeightsFormat::DEFAULT,
      a.keep_dims, /*asymmetric_quantize_inputs=*/false, named_bias_type(op)));
}

void pool2d(Operator& op) {
  const auto& a = op.attributes<ops::Pool2dAttributes>();
  if (a.dilation != Extent2{1, 1})
    return op.error("has a dilation", "the format has pooling without dilation alone");
  const auto padding = op.padding(a.pads, op.view.input(0).shape, a.kernel, a.stride, {1, 1});
  if (!padding) return;
  op.set_options(format::CreatePool2DOptions(op.file, *padding, a.stride.width, a.stride.height,
                                             a.kernel.width, a.kernel.height,
                                             activation_type(a.activation)));
}

void softmax(Operator& op) {
  op.set_options(
      format::CreateSoftmaxOptions(op.file, op.attributes<ops::SoftmaxAttributes>().beta));
}

/// The format's 24 operands are listed at the importer's function.
void lstm(Operator& op) {
  const auto& a = op.attributes<ops::LstmAttributes>();
  std::vector<std::int32_t> operands(24, -1);
  constexpr std::size_t places[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 18, 19};
  for (std::size_t i = 0; i < op.inputs.size(); ++i) operands[places[i]] = op.inputs[i];
  op.inputs = std::move(operands);
  op.set_options(format::CreateUnidirectionalSequenceLSTMOptions(
      op.file, format::ActivationFunctionType::TANH, a.cell_clip, /*proj_clip=*/0, a.time_major));
}

void custom(Operator& op) {
  const auto& a = op.attributes<ops::CustomAttributes>();
  op.custom_code = op.view.node.file_kind.empty() ? a.function : op.view.node.file_kind;
  if (a.options.empty()) return;
  const std::vector<std::uint8_t> bytes(a.options.begin(), a.options.end());
  op.custom_options = op.file.CreateVector(bytes);
}

}  // namespace smelt::tflite_writer
