// SPDX-License-Identifier: Apache-2.0
//
// Average and maximum over a window of an NHWC image, channel by channel. Padding does not count.
// Input and output have the same scale and zero point.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct Pool2dAttributes {
  Extent2 kernel, stride;
  Pads pads;
  Activation activation = Activation::none;

  std::vector<AttributeField> fields() {
    return {{"kernel", &kernel}, {"stride", &stride}, {"pads", &pads}, {"activation", &activation}};
  }
};

extern const OpDef average_pool2d;
extern const OpDef max_pool2d;

}  // namespace smelt::ops
