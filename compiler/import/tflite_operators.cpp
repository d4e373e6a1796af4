// SPDX-License-Identifier: Apache-2.0
//
// One function per operator, and the table of them.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/import/tflite_operator.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/reshape.h"

namespace smelt::tflite {
namespace {

/// Weights that are int8 under float activations ("dynamic range" models): the float that they
/// stand for, since the device quantizes nothing at run time.
TensorId float_weights(Operator& op, std::size_t i) {
  const Tensor& weights = op.input(i);
  const bool hybrid = op.input(0).type == ElementType::f32 && weights.type == ElementType::s8 &&
                      weights.constant && weights.quantization.present();
  if (!hybrid) return op.inputs[i];
  op.warning("has int8 weights under float activations: they are compiled as float",
             "quantize the whole model to int8 to make it four times smaller and faster");
  const std::vector<std::int64_t> quantized = integers(weights);
  const auto axis = static_cast<std::size_t>(weights.quantization.axis);
  std::int64_t inner = 1;
  for (std::size_t d = axis + 1; d < weights.shape.size(); ++d) inner *= weights.shape[d];
  std::vector<float> values;
  for (std::size_t j = 0; j < quantized.size(); ++j) {
    const auto channel = static_cast<std::size_t>(static_cast<std::int64_t>(j) / inner %
                                                  weights.shape[axis]);
    values.push_back(weights.quantization.scale(channel) *
                     static_cast<float>(quantized[j] - weights.quantization.zero_point(channel)));
  }
  return op.graph.add({.name = weights.name,
                       .type = ElementType::f32,
                       .shape = weights.shape,
                       .constant = true,
                       .data = to_bytes(values)});
}

/// Two to three operands, the last of which may be absent.
std::vector<TensorId> linear_operands(Operator& op) {
  std::vector<TensorId> operands = {op.inputs[0], float_weights(op, 1)};
  if (op.input_or_none(2) != no_tensor) operands.push_back(op.inputs[2]);
  return operands;
}

void conv2d(Operator& op) {
  const auto* table = op.table(&format::Operator::builtin_options_as_Conv2DOptions);
  if (!table || !op.takes(2, 3)) return;
  const Shape weights = op.input(1).shape;
  if (weights.size() != 4) return op.error("weights are not four-dimensional", "export the model again");
  ops::Conv2dAttributes attributes{
      .stride = {table->stride_h(), table->stride_w()},
      .dilation = {table->dilation_h_factor(), table->dilation_w_factor()}};
  const auto activation = op.activation(table->fused_activation_function());
  const auto pads = op.pads(table->padding(), op.input(0).shape, {weights[1], weights[2]},
                            attributes.stride, attributes.dilation);
  if (!activation || !pads) return;
  attributes.activation = *activation;
  attributes.pads = *pads;
  op.node(ops::conv2d, attributes, linear_operands(op));
}

void fully_connected(Operator& op) {
  const auto* table = op.table(&format::Operator::builtin_options_as_FullyConnectedOptions);
  if (!table || !op.takes(2, 3)) return;
  if (table->weights_format() != format::FullyConnectedOptionsWeightsFormat::DEFAULT)
    return op.error("has shuffled weights", "convert the model without that optimization");
  const auto activation = op.activation(table->fused_activation_function());
  if (!activation) return;
  op.node(ops::fully_connected,
          ops::FullyConnectedAttributes{.activation = *activation,
                                        .keep_dims = table->keep_num_dims()},
          linear_operands(op));
}

/// RESHAPE, SQUEEZE, EXPAND_DIMS: the file states the output's shape, with the batch fixed; how it
/// was computed does not matter.
void reshape(Operator& op) {
  if (!op.takes(1, 2)) return;
  op.node(ops::reshape, ops::ReshapeAttributes{.shape = op.output().shape}, {op.inputs[0]});
}

constexpr Row rows[] = {
    {format::BuiltinOperator::CONV_2D, 8, conv2d},
    {format::BuiltinOperator::EXPAND_DIMS, 1, reshape},
    {format::BuiltinOperator::FULLY_CONNECTED, 12, fully_connected},
    {format::BuiltinOperator::RESHAPE, 1, reshape},
    {format::BuiltinOperator::SQUEEZE, 2, reshape},
};

}  // namespace

const Row* find(format::BuiltinOperator code) {
  const auto* row = std::find_if(std::begin(rows), std::end(rows),
                                 [&](const Row& each) { return each.code == code; });
  return row == std::end(rows) ? nullptr : row;
}

}  // namespace smelt::tflite
