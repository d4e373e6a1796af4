// SPDX-License-Identifier: Apache-2.0
//
// A tensor with updates put in by indices that come at run time, in order. ONNX's ScatterElements
// (each update has an index along an axis of its own) and ScatterND (updates are slices, led to by
// tuples of indices).
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

/// What becomes of the element that stands there: "none" (the update takes its place), "add" or
/// "mul".
struct ScatterElementsAttributes {
  std::int32_t axis = 0;  ///< from 0
  std::string reduction = "none";

  std::vector<AttributeField> fields() { return {{"axis", &axis}, {"reduction", &reduction}}; }
};

struct ScatterNdAttributes {
  std::string reduction = "none";

  std::vector<AttributeField> fields() { return {{"reduction", &reduction}}; }
};

extern const OpDef scatter_elements;
extern const OpDef scatter_nd;

}  // namespace smelt::ops
