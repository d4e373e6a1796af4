// SPDX-License-Identifier: Apache-2.0
//
// slope * x, or alpha * (exp(rate * x) - 1) where x is negative: Elu, and with the other numbers
// Selu and Celu.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct EluAttributes {
  float alpha = 1;
  float slope = 1;
  float rate = 1;

  std::vector<AttributeField> fields() {
    return {{"alpha", &alpha}, {"slope", &slope}, {"rate", &rate}};
  }
};

extern const OpDef elu;

}  // namespace smelt::ops
