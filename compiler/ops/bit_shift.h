// SPDX-License-Identifier: Apache-2.0
//
// Bytes of the first operand, their bits moved by as many places as the second says; broadcast.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct BitShiftAttributes {
  bool right = false;

  std::vector<AttributeField> fields() { return {{"right", &right}}; }
};

extern const OpDef bit_shift;

}  // namespace smelt::ops
