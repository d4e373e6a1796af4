// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/ops.h"

#include "compiler/ops/add.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/batch_matmul.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/custom.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/local_response.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/lstm.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/normalize.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/recurrent.h"
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

namespace smelt::ops {

std::span<const OpDef* const> all() {
  static constexpr const OpDef* list[] = {
      &add,
      &arg_max,
      &arg_min,
      &average_pool2d,
      &batch_matmul,
      &cast,
      &concat,
      &conv2d,
      &custom,
      &depthwise_conv2d,
      &dequantize,
      &fully_connected,
      &hard_swish,
      &inverse_deviation,
      &l1_normalize,
      &l1_pool2d,
      &l2_normalize,
      &l2_pool2d,
      &leaky_relu,
      &local_response,
      &logistic,
      &lstm,
      &max_pool2d,
      &maximum,
      &mean,
      &minimum,
      &mul,
      &normalize,
      &pad,
      &prelu,
      &quantize,
      &relu,
      &relu6,
      &relu_n1_to_1,
      &reshape,
      &resize_bilinear,
      &resize_nearest,
      &sequence_gru,
      &sequence_lstm,
      &sequence_rnn,
      &slice,
      &softmax,
      &sub,
      &sum,
      &tanh,
      &transpose,
      &transpose_conv,
  };
  return list;
}

const OpDef* find(std::string_view name) {
  for (const OpDef* op : all())
    if (op->name == name) return op;
  return nullptr;
}

}  // namespace smelt::ops
