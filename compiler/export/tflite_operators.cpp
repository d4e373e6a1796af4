// SPDX-License-Identifier: Apache-2.0
//
// The table of operators: how the format names each, and which function writes it. Versions are
// those that TensorFlow Lite's converter gives the operator.
#include <algorithm>
#include <iterator>

#include "compiler/export/tflite_operator.h"
#include "compiler/ops/add.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/comparison.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/custom.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/div.h"
#include "compiler/ops/elu.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/functions.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/log_softmax.h"
#include "compiler/ops/logic.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/lstm.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mod.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/pow.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/sum.h"
#include "compiler/ops/tanh.h"
#include "compiler/ops/transpose.h"
#include "compiler/ops/transpose_conv.h"
#include "compiler/ops/where.h"

namespace smelt::tflite_writer {
namespace {

using Code = format::BuiltinOperator;
using Options = format::BuiltinOptions;

constexpr Row rows[] = {
    {&ops::abs, Code::ABS, 1, 2, 4, Options::AbsOptions, abs},
    {&ops::add, Code::ADD, 1, 2, 3, Options::AddOptions, add},
    {&ops::arg_max, Code::ARG_MAX, 1, 2, 1, Options::ArgMaxOptions, arg_max},
    {&ops::arg_min, Code::ARG_MIN, 1, 2, 1, Options::ArgMinOptions, arg_min},
    {&ops::average_pool2d, Code::AVERAGE_POOL_2D, 1, 2, 3, Options::Pool2DOptions, pool2d},
    {&ops::cast, Code::CAST, 1, 1, 1, Options::CastOptions, cast},
    {&ops::ceil, Code::CEIL, 1, 1, 1, Options::NONE, floats_only},
    {&ops::concat, Code::CONCATENATION, 1, 2, 3, Options::ConcatenationOptions, concat},
    {&ops::conv2d, Code::CONV_2D, 1, 3, 4, Options::Conv2DOptions, conv2d},
    {&ops::cos, Code::COS, 1, 1, 1, Options::CosOptions, floats_only},
    {&ops::custom, Code::CUSTOM, 1, 1, 1, Options::NONE, custom},
    {&ops::depthwise_conv2d, Code::DEPTHWISE_CONV_2D, 1, 3, 5, Options::DepthwiseConv2DOptions,
     depthwise_conv2d},
    {&ops::dequantize, Code::DEQUANTIZE, 1, 2, 3, Options::DequantizeOptions, empty_options},
    {&ops::div, Code::DIV, 1, 2, 1, Options::DivOptions, div},
    {&ops::elu, Code::ELU, 1, 1, 1, Options::NONE, elu},
    {&ops::equal, Code::EQUAL, 1, 2, 4, Options::EqualOptions, of_scaled},
    {&ops::exp, Code::EXP, 1, 1, 1, Options::ExpOptions, floats_only},
    {&ops::floor, Code::FLOOR, 1, 1, 1, Options::NONE, floats_only},
    {&ops::fully_connected, Code::FULLY_CONNECTED, 1, 4, 7, Options::FullyConnectedOptions,
     fully_connected},
    {&ops::hard_swish, Code::HARD_SWISH, 1, 1, 1, Options::HardSwishOptions, empty_options},
    {&ops::leaky_relu, Code::LEAKY_RELU, 1, 1, 2, Options::LeakyReluOptions, leaky_relu},
    {&ops::less, Code::LESS, 1, 2, 3, Options::LessOptions, of_scaled},
    {&ops::less_equal, Code::LESS_EQUAL, 1, 2, 1, Options::LessEqualOptions, of_scaled},
    {&ops::log, Code::LOG, 1, 1, 1, Options::NONE, floats_only},
    {&ops::log_softmax, Code::LOG_SOFTMAX, 1, 1, 1, Options::LogSoftmaxOptions, floats_only},
    {&ops::logical_and, Code::LOGICAL_AND, 1, 1, 1, Options::LogicalAndOptions, empty_options},
    {&ops::logical_not, Code::LOGICAL_NOT, 1, 1, 1, Options::LogicalNotOptions, empty_options},
    {&ops::logical_or, Code::LOGICAL_OR, 1, 1, 1, Options::LogicalOrOptions, empty_options},
    {&ops::logistic, Code::LOGISTIC, 1, 2, 3, Options::NONE, no_options},
    {&ops::lstm, Code::UNIDIRECTIONAL_SEQUENCE_LSTM, 1, 1, 5,
     Options::UnidirectionalSequenceLSTMOptions, lstm},
    {&ops::max_pool2d, Code::MAX_POOL_2D, 1, 2, 3, Options::Pool2DOptions, pool2d},
    {&ops::maximum, Code::MAXIMUM, 1, 2, 4, Options::MaximumMinimumOptions, of_scaled},
    {&ops::mean, Code::MEAN, 1, 2, 3, Options::ReducerOptions, reduce},
    {&ops::minimum, Code::MINIMUM, 1, 2, 4, Options::MaximumMinimumOptions, of_scaled},
    {&ops::mod, Code::FLOOR_MOD, 1, 2, 2, Options::FloorModOptions, mod},
    {&ops::mul, Code::MUL, 1, 2, 4, Options::MulOptions, mul},
    {&ops::neg, Code::NEG, 1, 1, 1, Options::NegOptions, floats_only},
    {&ops::pad, Code::PAD, 1, 2, 3, Options::PadOptions, pad},
    {&ops::pow, Code::POW, 1, 1, 1, Options::PowOptions, empty_options},
    {&ops::prelu, Code::PRELU, 1, 1, 1, Options::NONE, no_options},
    {&ops::quantize, Code::QUANTIZE, 1, 2, 2, Options::QuantizeOptions, quantize},
    {&ops::relu, Code::RELU, 1, 2, 3, Options::NONE, no_options},
    {&ops::relu6, Code::RELU6, 1, 2, 3, Options::NONE, no_options},
    {&ops::relu_n1_to_1, Code::RELU_N1_TO_1, 1, 1, 1, Options::NONE, no_options},
    {&ops::reshape, Code::RESHAPE, 1, 1, 1, Options::ReshapeOptions, reshape},
    {&ops::resize_bilinear, Code::RESIZE_BILINEAR, 1, 2, 4, Options::ResizeBilinearOptions,
     resize_bilinear},
    {&ops::resize_nearest, Code::RESIZE_NEAREST_NEIGHBOR, 1, 2, 4,
     Options::ResizeNearestNeighborOptions, resize_nearest},
    {&ops::round, Code::ROUND, 1, 1, 1, Options::NONE, floats_only},
    {&ops::rsqrt, Code::RSQRT, 1, 1, 1, Options::NONE, floats_only},
    {&ops::sign, Code::SIGN, 1, 1, 1, Options::SignOptions, floats_only},
    {&ops::sin, Code::SIN, 1, 1, 1, Options::NONE, floats_only},
    {&ops::slice, Code::SLICE, 1, 2, 4, Options::SliceOptions, slice},
    {&ops::softmax, Code::SOFTMAX, 1, 2, 3, Options::SoftmaxOptions, softmax},
    {&ops::sqrt, Code::SQRT, 1, 1, 1, Options::NONE, floats_only},
    {&ops::sub, Code::SUB, 1, 2, 5, Options::SubOptions, sub},
    {&ops::sum, Code::SUM, 1, 2, 2, Options::ReducerOptions, reduce},
    {&ops::tanh, Code::TANH, 1, 2, 3, Options::NONE, no_options},
    {&ops::transpose, Code::TRANSPOSE, 1, 2, 5, Options::TransposeOptions, transpose},
    {&ops::transpose_conv, Code::TRANSPOSE_CONV, 1, 2, 2, Options::TransposeConvOptions,
     transpose_conv},
    {&ops::where, Code::SELECT_V2, 1, 1, 1, Options::SelectV2Options, empty_options},
};

}  // namespace

const Row* find(const OpDef& op) {
  const auto* row = std::find_if(std::begin(rows), std::end(rows),
                                 [&](const Row& each) { return each.op == &op; });
  return row == std::end(rows) ? nullptr : row;
}

}  // namespace smelt::tflite_writer
