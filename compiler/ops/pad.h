// SPDX-License-Identifier: Apache-2.0
//
// A frame of one value around the input. PAD, PADV2.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct PadAttributes {
  std::vector<std::int32_t> before, after;  ///< elements per dimension, not negative
  std::int32_t value = 0;                   ///< of integer tensors; raw, if they are quantized
  float float_value = 0;                    ///< of f32 tensors

  std::vector<AttributeField> fields() {
    return {
        {"before", &before}, {"after", &after}, {"value", &value}, {"float_value", &float_value}};
  }
};

extern const OpDef pad;

}  // namespace smelt::ops
