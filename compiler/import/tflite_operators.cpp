// SPDX-License-Identifier: Apache-2.0
//
// The table of operators: which function reads it, and up to which version of the format.
#include "compiler/import/tflite_operators.h"

#include <algorithm>

namespace smelt::tflite {
namespace {

using Code = format::BuiltinOperator;

constexpr Row rows[] = {
    {Code::ADD, 5, add},
    {Code::ARG_MAX, 3, arg_max},
    {Code::ARG_MIN, 3, arg_min},
    {Code::AVERAGE_POOL_2D, 3, average_pool2d},
    {Code::CAST, 6, cast},
    {Code::CONCATENATION, 4, concatenation},
    {Code::CONV_2D, 8, conv2d},
    {Code::DEPTHWISE_CONV_2D, 7, depthwise_conv2d},
    {Code::DEQUANTIZE, 6, dequantize},
    {Code::EXPAND_DIMS, 1, reshape},
    {Code::FULLY_CONNECTED, 13, fully_connected},
    {Code::HARD_SWISH, 1, hard_swish},
    {Code::LEAKY_RELU, 2, leaky_relu},
    {Code::LOGISTIC, 3, logistic},
    {Code::MAXIMUM, 4, maximum},
    {Code::MAX_POOL_2D, 3, max_pool2d},
    {Code::MEAN, 3, mean},
    {Code::MINIMUM, 4, minimum},
    {Code::MUL, 7, mul},
    {Code::PACK, 4, pack},
    {Code::PAD, 4, pad},
    {Code::PADV2, 4, pad},
    {Code::PRELU, 1, prelu},
    {Code::QUANTIZE, 3, quantize},
    {Code::RELU, 3, relu},
    {Code::RELU6, 3, relu6},
    {Code::RELU_N1_TO_1, 1, relu_n1_to_1},
    {Code::RESHAPE, 1, reshape},
    {Code::RESIZE_BILINEAR, 4, resize_bilinear},
    {Code::RESIZE_NEAREST_NEIGHBOR, 4, resize_nearest_neighbor},
    {Code::SHAPE, 1, shape},
    {Code::SLICE, 6, slice},
    {Code::SOFTMAX, 3, softmax},
    {Code::SPLIT, 4, split},
    {Code::SPLIT_V, 2, split_v},
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
