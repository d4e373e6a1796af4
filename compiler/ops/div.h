// SPDX-License-Identifier: Apache-2.0
//
// Quotients of two operands, broadcast. Of integers: towards zero, and 0 where the divisor is 0.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct DivAttributes {
  Activation activation = Activation::none;

  std::vector<AttributeField> fields() { return {{"activation", &activation}}; }
};

extern const OpDef div;

}  // namespace smelt::ops
