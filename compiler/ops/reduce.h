// SPDX-License-Identifier: Apache-2.0
//
// Mean and sum over any axes. MEAN, SUM.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct ReduceAttributes {
  std::vector<std::int32_t> axes;  ///< ascending, from 0
  bool keep_dims = false;          ///< reduced dimensions stay, with extent 1

  std::vector<AttributeField> fields() { return {{"axes", &axes}, {"keep_dims", &keep_dims}}; }
};

extern const OpDef mean;
extern const OpDef sum;

}  // namespace smelt::ops
