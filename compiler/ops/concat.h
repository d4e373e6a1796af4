// SPDX-License-Identifier: Apache-2.0
//
// Tensors laid side by side along one dimension. CONCATENATION, and PACK after reshapes.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct ConcatAttributes {
  std::int32_t axis = 0;

  std::vector<AttributeField> fields() { return {{"axis", &axis}}; }
};

extern const OpDef concat;

}  // namespace smelt::ops
