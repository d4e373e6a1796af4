// SPDX-License-Identifier: Apache-2.0
//
// Depthwise two-dimensional convolution. Input NHWC, weights [1][height][width][output channel],
// bias [output channel]; the output channels of one input channel are neighbours.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct DepthwiseConv2dAttributes {
  Extent2 stride, dilation;
  Pads pads;
  Activation activation = Activation::none;

  std::vector<AttributeField> fields() {
    return {
        {"stride", &stride}, {"dilation", &dilation}, {"pads", &pads}, {"activation", &activation}};
  }
};

extern const OpDef depthwise_conv2d;

}  // namespace smelt::ops
