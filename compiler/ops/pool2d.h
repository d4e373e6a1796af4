// SPDX-License-Identifier: Apache-2.0
//
// Average, maximum and, in float, norms over a window of an NHWC image, channel by channel. Padding
// does not count. Input and output have the same scale and zero point; the maximum needs none.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct Pool2dAttributes {
  Extent2 kernel, stride;
  Pads pads;
  Activation activation = Activation::none;
  Extent2 dilation = {};

  std::vector<AttributeField> fields() {
    return {{"kernel", &kernel},
            {"stride", &stride},
            {"pads", &pads},
            {"activation", &activation},
            {"dilation", &dilation}};
  }
};

extern const OpDef average_pool2d;
extern const OpDef max_pool2d;
extern const OpDef l1_pool2d;  ///< sum of magnitudes
extern const OpDef l2_pool2d;  ///< root of the sum of squares

}  // namespace smelt::ops
