// SPDX-License-Identifier: Apache-2.0
//
// Difference of two operands, broadcast.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct SubAttributes {
  Activation activation = Activation::none;

  std::vector<AttributeField> fields() { return {{"activation", &activation}}; }
};

extern const OpDef sub;

}  // namespace smelt::ops
