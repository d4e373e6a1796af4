// SPDX-License-Identifier: Apache-2.0
//
// The table of operators: which function reads it.
#include "compiler/import/onnx_operators.h"

#include <algorithm>

namespace smelt::onnx_import {
namespace {

constexpr Row rows[] = {
    {"Add", add},
    {"ArgMax", arg_max},
    {"ArgMin", arg_min},
    {"AveragePool", average_pool},
    {"BatchNormalization", batch_normalization},
    {"Cast", cast},
    {"Clip", clip},
    {"Concat", concat},
    {"Constant", constant},
    {"ConstantOfShape", constant_of_shape},
    {"Conv", conv},
    {"ConvInteger", conv_integer},
    {"ConvTranspose", conv_transpose},
    {"DequantizeLinear", dequantize_linear},
    {"Div", div},
    {"Dropout", dropout},
    {"Flatten", flatten},
    {"Gather", gather},
    {"Gemm", gemm},
    {"GlobalAveragePool", global_average_pool},
    {"GlobalMaxPool", global_max_pool},
    {"HardSigmoid", hard_sigmoid},
    {"HardSwish", hard_swish},
    {"Identity", identity},
    {"LeakyRelu", leaky_relu},
    {"MatMul", mat_mul},
    {"MatMulInteger", mat_mul_integer},
    {"Max", maximum},
    {"MaxPool", max_pool},
    {"Min", minimum},
    {"Mul", mul},
    {"PRelu", prelu},
    {"Pad", pad},
    {"QLinearConv", qlinear_conv},
    {"QLinearMatMul", qlinear_mat_mul},
    {"QuantizeLinear", quantize_linear},
    {"ReduceMean", reduce_mean},
    {"ReduceSum", reduce_sum},
    {"Relu", relu},
    {"Reshape", reshape},
    {"Shape", shape},
    {"Sigmoid", sigmoid},
    {"Size", size},
    {"Slice", slice},
    {"Softmax", softmax},
    {"Split", split},
    {"Squeeze", squeeze},
    {"Sub", sub},
    {"Sum", sum},
    {"Tanh", tanh},
    {"Transpose", transpose},
    {"Unsqueeze", unsqueeze},
};

}  // namespace

const Row* find(std::string_view name) {
  const auto* row = std::find_if(std::begin(rows), std::end(rows),
                                 [&](const Row& each) { return each.name == name; });
  return row == std::end(rows) ? nullptr : row;
}

}  // namespace smelt::onnx_import
