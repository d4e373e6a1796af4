// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/ops.h"

#include "compiler/ops/add.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/conv_integer.h"
#include "compiler/ops/custom.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/dequantize_linear.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/lookup.h"
#include "compiler/ops/lstm.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/quantize_linear.h"
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
      &cast,
      &concat,
      &conv2d,
      &conv_integer,
      &custom,
      &depthwise_conv2d,
      &dequantize,
      &dequantize_linear,
      &fully_connected,
      &hard_swish,
      &leaky_relu,
      &logistic,
      &lookup,
      &lstm,
      &max_pool2d,
      &maximum,
      &mean,
      &minimum,
      &mul,
      &pad,
      &prelu,
      &quantize,
      &quantize_linear,
      &relu,
      &relu6,
      &relu_n1_to_1,
      &requantize_linear,
      &reshape,
      &resize_bilinear,
      &resize_nearest,
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
