// SPDX-License-Identifier: Apache-2.0
//
// Fully connected layer. The input's elements are taken as [rows][inputs]; weights
// [outputs][inputs], bias [outputs].
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct FullyConnectedAttributes {
  Activation activation = Activation::none;
  bool keep_dims = false;  ///< the output keeps the input's outer dimensions

  std::vector<AttributeField> fields() {
    return {{"activation", &activation}, {"keep_dims", &keep_dims}};
  }
};

extern const OpDef fully_connected;

}  // namespace smelt::ops
