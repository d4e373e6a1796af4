// SPDX-License-Identifier: Apache-2.0
//
// What follows what in models, and what compilers like to make one of.
#include "compiler/ops/add.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/comparison.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/cum_sum.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/logic.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/lstm.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/reduce_by.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/resample.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/sum.h"
#include "compiler/ops/take.h"
#include "compiler/ops/transpose.h"
#include "compiler/ops/transpose_conv.h"
#include "compiler/ops/where.h"
#include "tests/graphs/generator.h"

namespace smelt::test {
namespace {

/// Pairs of operators that compilers like to make one of, or that meet in many models.
struct Idiom {
  const OpDef& first;
  std::vector<const OpDef*> second;
};

const std::vector<Idiom>& idioms() {
  using namespace ops;
  static const std::vector<const OpDef*> activations = {&relu,       &relu6, &relu_n1_to_1,
                                                        &leaky_relu, &prelu, &hard_swish};
  static const std::vector<const OpDef*> windows = {&conv2d,         &depthwise_conv2d, &conv2d,
                                                    &average_pool2d, &max_pool2d,       &pad};
  static const std::vector<Idiom> all = {
      {pad, {&conv2d, &conv2d, &depthwise_conv2d, &max_pool2d}},
      {conv2d,
       {&conv2d, &conv2d, &conv2d, &depthwise_conv2d, &relu, &relu6, &relu_n1_to_1, &add, &mean}},
      {depthwise_conv2d, {&conv2d, &conv2d, &relu6, &relu_n1_to_1, &concat, &prelu}},
      {fully_connected, {&fully_connected, &relu, &relu6, &relu_n1_to_1, &softmax, &logistic}},
      {transpose_conv, {&add, &relu6, &slice}},
      {add, {&relu, &relu6, &relu_n1_to_1, &pad, &mul}},
      {sub, {&mul, &relu6, &maximum}},
      {mul, {&add, &relu6, &sum}},
      {relu, windows},
      {relu6, windows},
      {concat, {&concat, &slice, &conv2d, &depthwise_conv2d, &transpose}},
      {slice, {&slice, &slice, &concat, &conv2d}},
      {transpose,
       {&transpose, &reshape, &conv2d, &take, &resample, &cum_sum, &reduce_max, &reduce_l1}},
      {take, {&take, &transpose, &conv2d}},
      {resample, {&resample, &transpose}},
      {reshape, {&reshape, &fully_connected, &transpose, &add}},
      {quantize, {&quantize, &dequantize, &conv2d}},
      {dequantize, {&add, &mul, &quantize, &concat}},
      {cast, {&cast, &arg_max, &mul}},
      {less, {&where, &where, &logical_and, &cast}},
      {equal, {&where, &logical_not, &cast}},
      {logical_not, {&logical_or, &where}},
      {where, {&add, &maximum, &relu}},
      {resize_nearest, {&conv2d, &concat, &resize_bilinear}},
      {max_pool2d, windows},
      {mean, {&reshape, &fully_connected, &mul}},
      {softmax, {&arg_max, &mul, &dequantize}},
      {lstm, {&fully_connected, &slice, &lstm, &reshape}},
  };
  return all;
}

}  // namespace

const GeneratorRow* following_row(Random& random, const OpDef& last) {
  if (random.integer(0, 2) == 0) return nullptr;
  for (const Idiom& idiom : idioms())
    if (&idiom.first == &last) return &row_of(*random.of(idiom.second));
  return nullptr;
}

}  // namespace smelt::test
