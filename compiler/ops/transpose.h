// SPDX-License-Identifier: Apache-2.0
//
// The same elements with their dimensions in another order: output dimension i is dimension
// permutation[i] of the input.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct TransposeAttributes {
  std::vector<std::int32_t> permutation;

  std::vector<AttributeField> fields() { return {{"permutation", &permutation}}; }
};

extern const OpDef transpose;

}  // namespace smelt::ops
