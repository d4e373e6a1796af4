// SPDX-License-Identifier: Apache-2.0
//
// A new dimension of `depth` elements, of which the one that the index names has one value and the
// others another; both stand in the constant operand "values", off first. An index outside of
// -depth to depth - 1 names none. ONE_HOT, ONNX's OneHot.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct OneHotAttributes {
  std::int32_t axis = 0;  ///< of the output, from 0
  std::int32_t depth = 0;

  std::vector<AttributeField> fields() { return {{"axis", &axis}, {"depth", &depth}}; }
};

extern const OpDef one_hot;

}  // namespace smelt::ops
