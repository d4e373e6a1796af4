// SPDX-License-Identifier: Apache-2.0
//
// Slices of the input along an axis, by indices that come at run time: the axis is replaced by the
// dimensions of the indices. GATHER, ONNX's Gather.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct GatherAttributes {
  std::int32_t axis = 0;  ///< from 0

  std::vector<AttributeField> fields() { return {{"axis", &axis}}; }
};

extern const OpDef gather;

}  // namespace smelt::ops
