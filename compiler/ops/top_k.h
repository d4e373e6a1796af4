// SPDX-License-Identifier: Apache-2.0
//
// The positions of the k largest or smallest elements along an axis, best first; of equals, the
// first comes first. ONNX's TopK is this and gather_elements. The output's type, s32 or s64, is the
// caller's choice.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct TopKAttributes {
  std::int32_t axis = 0;  ///< from 0
  std::int32_t k = 1;
  bool largest = true;

  std::vector<AttributeField> fields() {
    return {{"axis", &axis}, {"k", &k}, {"largest", &largest}};
  }
};

extern const OpDef top_k;

}  // namespace smelt::ops
