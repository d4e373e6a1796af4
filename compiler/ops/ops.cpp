// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/ops.h"

#include "compiler/ops/add.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/lstm.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/sub.h"

namespace smelt::ops {

std::span<const OpDef* const> all() {
  static constexpr const OpDef* list[] = {
      &add,
      &conv2d,
      &fully_connected,
      &lstm,
      &maximum,
      &minimum,
      &mul,
      &reshape,
      &sub,
  };
  return list;
}

const OpDef* find(std::string_view name) {
  for (const OpDef* op : all())
    if (op->name == name) return op;
  return nullptr;
}

}  // namespace smelt::ops
