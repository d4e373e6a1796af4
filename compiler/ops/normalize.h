// SPDX-License-Identifier: Apache-2.0
//
// Normalization over any axes, in float (smelt/normalize.h has the formulas): what layer, instance
// and mean-variance normalization do before they scale, and the norms of vectors.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct NormalizeAttributes {
  std::vector<std::int32_t> axes;  ///< ascending, from 0
  float epsilon = 0;               ///< added to the variance; the l1 and l2 norms have none

  std::vector<AttributeField> fields() { return {{"axes", &axes}, {"epsilon", &epsilon}}; }
};

extern const OpDef normalize;
extern const OpDef l1_normalize;
extern const OpDef l2_normalize;
/// 1 / sqrt(variance + epsilon); the axes stay, with extent 1.
extern const OpDef inverse_deviation;

}  // namespace smelt::ops
