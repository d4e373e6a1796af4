// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/ops.h"

#include "compiler/ops/add.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/lstm.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/transpose.h"

namespace smelt::ops {

std::span<const OpDef* const> all() {
  static constexpr const OpDef* list[] = {
      &add,
      &arg_max,
      &arg_min,
      &concat,
      &conv2d,
      &depthwise_conv2d,
      &fully_connected,
      &lstm,
      &maximum,
      &mean,
      &minimum,
      &mul,
      &pad,
      &reshape,
      &resize_bilinear,
      &resize_nearest,
      &slice,
      &softmax,
      &sub,
      &sum,
      &transpose,
  };
  return list;
}

const OpDef* find(std::string_view name) {
  for (const OpDef* op : all())
    if (op->name == name) return op;
  return nullptr;
}

}  // namespace smelt::ops
