// SPDX-License-Identifier: Apache-2.0
//
// Products of matrices a [..., rows, inner] and b [..., inner, columns] in float, both of them
// computed; the dimensions in front are broadcast. BATCH_MATMUL.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct BatchMatmulAttributes {
  bool transpose_a = false, transpose_b = false;  ///< the last two dimensions are swapped

  std::vector<AttributeField> fields() {
    return {{"transpose_a", &transpose_a}, {"transpose_b", &transpose_b}};
  }
};

extern const OpDef batch_matmul;

}  // namespace smelt::ops
