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
    {"ConvTranspose", conv_transpose},
    {"Div", div},
    {"Dropout", dropout},
    {"Flatten", flatten},
    {"GRU", gru},
    {"Gather", gather},
    {"Gemm", gemm},
    {"GlobalAveragePool", global_average_pool},
    {"GlobalLpPool", global_lp_pool},
    {"GlobalMaxPool", global_max_pool},
    {"HardSigmoid", hard_sigmoid},
    {"HardSwish", hard_swish},
    {"Identity", identity},
    {"InstanceNormalization", instance_normalization},
    {"LRN", local_response},
    {"LSTM", lstm},
    {"LayerNormalization", layer_normalization},
    {"LeakyRelu", leaky_relu},
    {"LpNormalization", lp_normalization},
    {"LpPool", lp_pool},
    {"MatMul", mat_mul},
    {"Max", maximum},
    {"MaxPool", max_pool},
    {"MeanVarianceNormalization", mean_variance_normalization},
    {"Min", minimum},
    {"Mul", mul},
    {"PRelu", prelu},
    {"Pad", pad},
    {"RNN", rnn},
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
