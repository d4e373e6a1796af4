// SPDX-License-Identifier: Apache-2.0
//
// The table of operators: which function reads it, and up to which version of the format.
#include "compiler/import/tflite_operators.h"

#include <algorithm>

#include "compiler/ops/functions.h"
#include "compiler/ops/log_softmax.h"

namespace smelt::tflite {
namespace {

using Code = format::BuiltinOperator;

constexpr Row rows[] = {
    {Code::ABS, 5, abs},
    {Code::ADD, 5, add},
    {Code::ARG_MAX, 3, arg_max},
    {Code::ARG_MIN, 3, arg_min},
    {Code::AVERAGE_POOL_2D, 3, average_pool2d},
    {Code::CAST, 6, cast},
    {Code::CEIL, 1, one_float<ops::ceil>},
    {Code::CONCATENATION, 4, concatenation},
    {Code::CONV_2D, 8, conv2d},
    {Code::COS, 1, one_float<ops::cos>},
    {Code::DEPTHWISE_CONV_2D, 7, depthwise_conv2d},
    {Code::DEQUANTIZE, 6, dequantize},
    {Code::DIV, 2, div},
    {Code::ELU, 1, elu},
    {Code::EQUAL, 4, equal},
    {Code::EXP, 2, one_float<ops::exp>},
    {Code::EXPAND_DIMS, 1, reshape},
    {Code::FLOOR, 1, one_float<ops::floor>},
    {Code::FLOOR_MOD, 2, floor_mod},
    {Code::FULLY_CONNECTED, 13, fully_connected},
    {Code::GREATER, 2, greater},
    {Code::GREATER_EQUAL, 3, greater_equal},
    {Code::HARD_SWISH, 1, hard_swish},
    {Code::LEAKY_RELU, 2, leaky_relu},
    {Code::LESS, 3, less},
    {Code::LESS_EQUAL, 3, less_equal},
    {Code::LOG, 2, one_float<ops::log>},
    {Code::LOGICAL_AND, 1, logical_and},
    {Code::LOGICAL_NOT, 1, logical_not},
    {Code::LOGICAL_OR, 1, logical_or},
    {Code::LOGISTIC, 3, logistic},
    {Code::LOG_SOFTMAX, 2, one_float<ops::log_softmax>},
    {Code::MAXIMUM, 4, maximum},
    {Code::MAX_POOL_2D, 3, max_pool2d},
    {Code::MEAN, 3, mean},
    {Code::MINIMUM, 4, minimum},
    {Code::MUL, 7, mul},
    {Code::NEG, 1, one_float<ops::neg>},
    {Code::NOT_EQUAL, 4, not_equal},
    {Code::PACK, 4, pack},
    {Code::PAD, 4, pad},
    {Code::PADV2, 4, pad},
    {Code::POW, 1, pow},
    {Code::PRELU, 1, prelu},
    {Code::QUANTIZE, 3, quantize},
    {Code::RELU, 3, relu},
    {Code::RELU6, 3, relu6},
    {Code::RELU_N1_TO_1, 1, relu_n1_to_1},
    {Code::RESHAPE, 1, reshape},
    {Code::RESIZE_BILINEAR, 4, resize_bilinear},
    {Code::RESIZE_NEAREST_NEIGHBOR, 4, resize_nearest_neighbor},
    {Code::ROUND, 1, one_float<ops::round>},
    {Code::RSQRT, 3, one_float<ops::rsqrt>},
    {Code::SELECT, 4, select},
    {Code::SELECT_V2, 2, select},
    {Code::SHAPE, 1, shape},
    {Code::SIGN, 2, one_float<ops::sign>},
    {Code::SIN, 1, one_float<ops::sin>},
    {Code::SLICE, 6, slice},
    {Code::SOFTMAX, 3, softmax},
    {Code::SPLIT, 4, split},
    {Code::SPLIT_V, 2, split_v},
    {Code::SQRT, 1, one_float<ops::sqrt>},
    {Code::SQUARE, 1, square},
    {Code::SQUARED_DIFFERENCE, 2, squared_difference},
    {Code::SQUEEZE, 2, reshape},
    {Code::STRIDED_SLICE, 8, strided_slice},
    {Code::SUB, 5, sub},
    {Code::SUM, 2, sum},
    {Code::TANH, 3, tanh},
    {Code::TRANSPOSE, 6, transpose},
    {Code::TRANSPOSE_CONV, 5, transpose_conv},
    {Code::UNIDIRECTIONAL_SEQUENCE_LSTM, 4, lstm},
    {Code::UNPACK, 4, unpack},
};

}  // namespace

const Row* find(format::BuiltinOperator code) {
  const auto* row = std::find_if(std::begin(rows), std::end(rows),
                                 [&](const Row& each) { return each.code == code; });
  return row == std::end(rows) ? nullptr : row;
}

}  // namespace smelt::tflite
