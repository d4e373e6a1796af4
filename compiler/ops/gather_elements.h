// SPDX-License-Identifier: Apache-2.0
//
// Each output element by an index of its own along an axis: out[i][j] = input[indices[i][j]][j] for
// axis 0. ONNX's GatherElements.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct GatherElementsAttributes {
  std::int32_t axis = 0;  ///< from 0

  std::vector<AttributeField> fields() { return {{"axis", &axis}}; }
};

extern const OpDef gather_elements;

}  // namespace smelt::ops
