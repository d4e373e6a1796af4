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
    {"Compress", compress},
    {"Concat", concat},
    {"Constant", constant},
    {"ConstantOfShape", constant_of_shape},
    {"Conv", conv},
    {"ConvTranspose", conv_transpose},
    {"DequantizeLinear", dequantize_linear},
    {"CumSum", cum_sum},
    {"DepthToSpace", depth_to_space},
    {"Div", div},
    {"Dropout", dropout},
    {"Expand", expand},
    {"EyeLike", eye_like},
    {"Flatten", flatten},
    {"GRU", gru},
    {"Gather", gather},
    {"GatherElements", gather_elements},
    {"GatherND", gather_nd},
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
    {"OneHot", one_hot},
    {"PRelu", prelu},
    {"Pad", pad},
    {"QuantizeLinear", quantize_linear},
    {"Range", range},
    {"ReduceL1", reduce_l1},
    {"ReduceL2", reduce_l2},
    {"ReduceLogSum", reduce_log_sum},
    {"ReduceLogSumExp", reduce_log_sum_exp},
    {"ReduceMax", reduce_max},
    {"RNN", rnn},
    {"ReduceMean", reduce_mean},
    {"ReduceMin", reduce_min},
    {"ReduceProd", reduce_prod},
    {"ReduceSum", reduce_sum},
    {"ReduceSumSquare", reduce_sum_square},
    {"Relu", relu},
    {"Reshape", reshape},
    {"Resize", resize},
    {"ReverseSequence", reverse_sequence},
    {"Scatter", scatter_elements},
    {"ScatterElements", scatter_elements},
    {"ScatterND", scatter_nd},
    {"Shape", shape},
    {"Sigmoid", sigmoid},
    {"Size", size},
    {"Slice", slice},
    {"Softmax", softmax},
    {"SpaceToDepth", space_to_depth},
    {"Split", split},
    {"Squeeze", squeeze},
    {"Sub", sub},
    {"Sum", sum},
    {"Tanh", tanh},
    {"Tile", tile},
    {"TopK", top_k},
    {"Transpose", transpose},
    {"Trilu", trilu},
    {"Unsqueeze", unsqueeze},
    {"Upsample", upsample},
};

}  // namespace

const Row* find(std::string_view name) {
  const auto* row = std::find_if(std::begin(rows), std::end(rows),
                                 [&](const Row& each) { return each.name == name; });
  return row == std::end(rows) ? nullptr : row;
}

}  // namespace smelt::onnx_import
