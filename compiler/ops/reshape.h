// SPDX-License-Identifier: Apache-2.0
//
// The same elements under another shape: an alias, no code. RESHAPE, SQUEEZE, EXPAND_DIMS.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct ReshapeAttributes {
  std::vector<std::int32_t> shape;

  std::vector<AttributeField> fields() { return {{"shape", &shape}}; }
};

extern const OpDef reshape;

}  // namespace smelt::ops
