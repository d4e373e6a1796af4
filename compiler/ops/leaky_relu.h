// SPDX-License-Identifier: Apache-2.0
//
// x, or alpha * x where x is negative.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct LeakyReluAttributes {
  float alpha = 0;

  std::vector<AttributeField> fields() { return {{"alpha", &alpha}}; }
};

extern const OpDef leaky_relu;

}  // namespace smelt::ops
