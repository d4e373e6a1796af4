// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/ops.h"

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/transpose_conv.h"

namespace smelt::ops {

std::span<const OpDef* const> all() {
  static constexpr const OpDef* list[] = {
      &average_pool2d,
      &conv2d,
      &depthwise_conv2d,
      &fully_connected,
      &max_pool2d,
      &reshape,
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
