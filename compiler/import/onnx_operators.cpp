// SPDX-License-Identifier: Apache-2.0
//
// The table of operators: which function reads it.
#include "compiler/import/onnx_operators.h"

#include <algorithm>

#include "compiler/ops/functions.h"
#include "compiler/ops/logic.h"

namespace smelt::onnx_import {
namespace {

constexpr Row rows[] = {
    {"Abs", one_operand<ops::abs>},
    {"Acos", one_operand<ops::acos>},
    {"Acosh", one_operand<ops::acosh>},
    {"Add", add},
    {"And", two_operands<ops::logical_and>},
    {"ArgMax", arg_max},
    {"ArgMin", arg_min},
    {"Asin", one_operand<ops::asin>},
    {"Asinh", one_operand<ops::asinh>},
    {"Atan", one_operand<ops::atan>},
    {"Atanh", one_operand<ops::atanh>},
    {"AveragePool", average_pool},
    {"BatchNormalization", batch_normalization},
    {"BitShift", bit_shift},
    {"Cast", cast},
    {"CastLike", cast_like},
    {"Ceil", one_operand<ops::ceil>},
    {"Celu", celu},
    {"Clip", clip},
    {"Concat", concat},
    {"Constant", constant},
    {"ConstantOfShape", constant_of_shape},
    {"Conv", conv},
    {"ConvTranspose", conv_transpose},
    {"Cos", one_operand<ops::cos>},
    {"Cosh", one_operand<ops::cosh>},
    {"Div", div},
    {"Dropout", dropout},
    {"Elu", elu},
    {"Equal", equal},
    {"Erf", one_operand<ops::erf>},
    {"Exp", one_operand<ops::exp>},
    {"Flatten", flatten},
    {"Floor", one_operand<ops::floor>},
    {"Gather", gather},
    {"Gelu", gelu},
    {"Gemm", gemm},
    {"GlobalAveragePool", global_average_pool},
    {"GlobalMaxPool", global_max_pool},
    {"Greater", greater},
    {"GreaterOrEqual", greater_or_equal},
    {"HardSigmoid", hard_sigmoid},
    {"HardSwish", hard_swish},
    {"Hardmax", hardmax},
    {"Identity", identity},
    {"IsInf", is_inf},
    {"IsNaN", is_nan},
    {"LeakyRelu", leaky_relu},
    {"Less", less},
    {"LessOrEqual", less_or_equal},
    {"Log", one_operand<ops::log>},
    {"LogSoftmax", log_softmax},
    {"MatMul", mat_mul},
    {"Max", maximum},
    {"MaxPool", max_pool},
    {"Mean", mean},
    {"Min", minimum},
    {"Mish", mish},
    {"Mod", mod},
    {"Mul", mul},
    {"Neg", one_operand<ops::neg>},
    {"Not", one_operand<ops::logical_not>},
    {"Or", two_operands<ops::logical_or>},
    {"PRelu", prelu},
    {"Pad", pad},
    {"Pow", pow},
    {"Reciprocal", one_operand<ops::reciprocal>},
    {"ReduceMean", reduce_mean},
    {"ReduceSum", reduce_sum},
    {"Relu", relu},
    {"Reshape", reshape},
    {"Round", one_operand<ops::round>},
    {"Selu", selu},
    {"Shape", shape},
    {"Shrink", shrink},
    {"Sigmoid", sigmoid},
    {"Sign", one_operand<ops::sign>},
    {"Sin", one_operand<ops::sin>},
    {"Sinh", one_operand<ops::sinh>},
    {"Size", size},
    {"Slice", slice},
    {"Softmax", softmax},
    {"Softplus", one_operand<ops::softplus>},
    {"Softsign", one_operand<ops::softsign>},
    {"Split", split},
    {"Sqrt", one_operand<ops::sqrt>},
    {"Squeeze", squeeze},
    {"Sub", sub},
    {"Sum", sum},
    {"Tan", one_operand<ops::tan>},
    {"Tanh", tanh},
    {"ThresholdedRelu", thresholded_relu},
    {"Transpose", transpose},
    {"Unsqueeze", unsqueeze},
    {"Where", where},
    {"Xor", two_operands<ops::logical_xor>},
};

}  // namespace

const Row* find(std::string_view name) {
  const auto* row = std::find_if(std::begin(rows), std::end(rows),
                                 [&](const Row& each) { return each.name == name; });
  return row == std::end(rows) ? nullptr : row;
}

}  // namespace smelt::onnx_import
