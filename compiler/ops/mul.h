// SPDX-License-Identifier: Apache-2.0
//
// Product of two operands, broadcast.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct MulAttributes {
  Activation activation = Activation::none;

  std::vector<AttributeField> fields() { return {{"activation", &activation}}; }
};

extern const OpDef mul;

}  // namespace smelt::ops
