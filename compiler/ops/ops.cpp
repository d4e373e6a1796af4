// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/ops.h"

#include "compiler/ops/add.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/bit_shift.h"
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
#include "compiler/ops/tanh.h"
#include "compiler/ops/transpose.h"
#include "compiler/ops/transpose_conv.h"
#include "compiler/ops/where.h"

namespace smelt::ops {

std::span<const OpDef* const> all() {
  static constexpr const OpDef* list[] = {
      &abs,
      &acos,
      &acosh,
      &add,
      &arg_max,
      &arg_min,
      &asin,
      &asinh,
      &atan,
      &atanh,
      &average_pool2d,
      &bit_shift,
      &cast,
      &ceil,
      &concat,
      &conv2d,
      &cos,
      &cosh,
      &custom,
      &depthwise_conv2d,
      &dequantize,
      &div,
      &elu,
      &equal,
      &erf,
      &exp,
      &floor,
      &fully_connected,
      &gelu,
      &hard_swish,
      &leaky_relu,
      &less,
      &less_equal,
      &log,
      &log_softmax,
      &logical_and,
      &logical_not,
      &logical_or,
      &logical_xor,
      &logistic,
      &lstm,
      &max_pool2d,
      &maximum,
      &mean,
      &minimum,
      &mod,
      &mul,
      &neg,
      &pad,
      &pow,
      &prelu,
      &quantize,
      &reciprocal,
      &relu,
      &relu6,
      &relu_n1_to_1,
      &reshape,
      &resize_bilinear,
      &resize_nearest,
      &round,
      &rsqrt,
      &sign,
      &sin,
      &sinh,
      &slice,
      &softmax,
      &softplus,
      &softsign,
      &sqrt,
      &sub,
      &sum,
      &tan,
      &tanh,
      &transpose,
      &transpose_conv,
      &where,
  };
  return list;
}

const OpDef* find(std::string_view name) {
  for (const OpDef* op : all())
    if (op->name == name) return op;
  return nullptr;
}

}  // namespace smelt::ops
