// SPDX-License-Identifier: Apache-2.0
//
// Slices of the input by tuples of indices, the last dimension of the index tensor: out[i] =
// input[indices[i][0]][indices[i][1]]... GATHER_ND, ONNX's GatherND.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct GatherNdAttributes {
  std::int32_t batch_dims = 0;  ///< leading dimensions that input and indices share

  std::vector<AttributeField> fields() { return {{"batch_dims", &batch_dims}}; }
};

extern const OpDef gather_nd;

}  // namespace smelt::ops
