// SPDX-License-Identifier: Apache-2.0
//
// Sums of all elements up to each one along an axis. CUMSUM, ONNX's CumSum.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct CumSumAttributes {
  std::int32_t axis = 0;   ///< from 0
  bool exclusive = false;  ///< the element itself is not in its sum
  bool reverse = false;    ///< from the last element on

  std::vector<AttributeField> fields() {
    return {{"axis", &axis}, {"exclusive", &exclusive}, {"reverse", &reverse}};
  }
};

extern const OpDef cum_sum;

}  // namespace smelt::ops
