// SPDX-License-Identifier: Apache-2.0
//
// Depthwise two-dimensional convolution. Input NHWC, weights [1][height][width][output channel],
// bias [output channel]; the output channels of one input channel are neighbours.
#pragma once

#include "compiler/graph/graph.h"
#include "compiler/ops/linear.h"
#include "compiler/ops/window.h"

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

/// What the depthwise kernel is given; convolutions of few taps give it theirs.
struct DepthwiseConvolution {
  Window window;
  LinearOperands operands;
  std::vector<std::uint8_t> weights;  ///< [height][width][output channel]
  Shape input, output;                ///< as the kernel is to see the images
};
/// `described` is the window for the comment.
void lower_depthwise(const DepthwiseConvolution& convolution, const Window& described,
                     StepBuilder& builder);
/// Whether the depthwise kernel comes in the format of these operands.
bool has_depthwise_kernel(const LinearOperands& operands);

}  // namespace smelt::ops
