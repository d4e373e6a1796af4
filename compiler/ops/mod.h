// SPDX-License-Identifier: Apache-2.0
//
// What the quotient of two operands, broadcast, leaves: with the sign of the first operand, or, if
// floored, with that of the second. Of integers divided by 0: 0.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct ModAttributes {
  bool floored = false;

  std::vector<AttributeField> fields() { return {{"floored", &floored}}; }
};

extern const OpDef mod;

}  // namespace smelt::ops
