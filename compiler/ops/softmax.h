// SPDX-License-Identifier: Apache-2.0
//
// Softmax over the last axis: exp(beta * x) / sum of exp(beta * x).
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct SoftmaxAttributes {
  float beta = 1;

  std::vector<AttributeField> fields() { return {{"beta", &beta}}; }
};

extern const OpDef softmax;

}  // namespace smelt::ops
