// SPDX-License-Identifier: Apache-2.0
//
// Two-dimensional convolution. Input NHWC, weights [output channel][height][width][input channel of
// the group], bias [output channel].
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct Conv2dAttributes {
  Extent2 stride, dilation;
  Pads pads;
  Activation activation = Activation::none;

  std::vector<AttributeField> fields() {
    return {{"stride", &stride}, {"dilation", &dilation}, {"pads", &pads},
            {"activation", &activation}};
  }
};

extern const OpDef conv2d;

}  // namespace smelt::ops
