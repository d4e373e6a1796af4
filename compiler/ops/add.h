// SPDX-License-Identifier: Apache-2.0
//
// Sum of two operands, broadcast.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct AddAttributes {
  Activation activation = Activation::none;

  std::vector<AttributeField> fields() { return {{"activation", &activation}}; }
};

extern const OpDef add;

}  // namespace smelt::ops
