// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/ops.h"

#include "compiler/ops/add.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/batch_matmul.h"
#include "compiler/ops/bit_shift.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/comparison.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/conv_integer.h"
#include "compiler/ops/cum_sum.h"
#include "compiler/ops/custom.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/dequantize_linear.h"
#include "compiler/ops/div.h"
#include "compiler/ops/elu.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/functions.h"
#include "compiler/ops/gather.h"
#include "compiler/ops/gather_elements.h"
#include "compiler/ops/gather_nd.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/local_response.h"
#include "compiler/ops/log_softmax.h"
#include "compiler/ops/logic.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/lookup.h"
#include "compiler/ops/lstm.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mod.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/normalize.h"
#include "compiler/ops/one_hot.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/pow.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/quantize_linear.h"
#include "compiler/ops/recurrent.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/reduce_by.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/resample.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/scatter.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/take.h"
#include "compiler/ops/tanh.h"
#include "compiler/ops/top_k.h"
#include "compiler/ops/transpose.h"
#include "compiler/ops/transpose_conv.h"
#include "compiler/ops/trilu.h"
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
      &batch_matmul,
      &bit_shift,
      &cast,
      &ceil,
      &concat,
      &conv2d,
      &conv_integer,
      &cos,
      &cosh,
      &cum_sum,
      &custom,
      &depthwise_conv2d,
      &dequantize,
      &dequantize_linear,
      &div,
      &elu,
      &equal,
      &erf,
      &exp,
      &floor,
      &fully_connected,
      &gather,
      &gather_elements,
      &gather_nd,
      &gelu,
      &hard_swish,
      &inverse_deviation,
      &l1_normalize,
      &l1_pool2d,
      &l2_normalize,
      &l2_pool2d,
      &leaky_relu,
      &less,
      &less_equal,
      &local_response,
      &log,
      &log_softmax,
      &logical_and,
      &logical_not,
      &logical_or,
      &logical_xor,
      &logistic,
      &lookup,
      &lstm,
      &max_pool2d,
      &maximum,
      &mean,
      &minimum,
      &mod,
      &mul,
      &neg,
      &normalize,
      &one_hot,
      &pad,
      &pow,
      &prelu,
      &quantize,
      &quantize_linear,
      &reciprocal,
      &reduce_l1,
      &reduce_l2,
      &reduce_log_sum,
      &reduce_log_sum_exp,
      &reduce_max,
      &reduce_min,
      &reduce_prod,
      &reduce_sum_square,
      &relu,
      &relu6,
      &relu_n1_to_1,
      &requantize_linear,
      &resample,
      &reshape,
      &resize_bilinear,
      &resize_nearest,
      &round,
      &rsqrt,
      &scatter_elements,
      &scatter_nd,
      &sequence_gru,
      &sequence_lstm,
      &sequence_rnn,
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
      &take,
      &tan,
      &tanh,
      &top_k,
      &transpose,
      &transpose_conv,
      &trilu,
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
