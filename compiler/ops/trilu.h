// SPDX-License-Identifier: Apache-2.0
//
// The triangle of each matrix (the last two dimensions) above or below a diagonal; the rest is
// zero. ONNX's Trilu.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct TriluAttributes {
  std::int32_t diagonal = 0;  ///< to the right of the main one
  bool upper = true;

  std::vector<AttributeField> fields() { return {{"diagonal", &diagonal}, {"upper", &upper}}; }
};

extern const OpDef trilu;

}  // namespace smelt::ops
