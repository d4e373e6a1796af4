// SPDX-License-Identifier: Apache-2.0
//
// Two-dimensional convolution. Input NHWC, weights [output channel][height][width][input channel of
// the group], bias [output channel].
#pragma once

#include "compiler/graph/graph.h"
#include "compiler/ops/linear.h"
#include "compiler/ops/window.h"

namespace smelt::ops {

struct Conv2dAttributes {
  Extent2 stride, dilation;
  Pads pads;
  Activation activation = Activation::none;

  std::vector<AttributeField> fields() {
    return {
        {"stride", &stride}, {"dilation", &dilation}, {"pads", &pads}, {"activation", &activation}};
  }
};

extern const OpDef conv2d;

/// Up to so many taps, sums of neighbouring outputs side by side beat sums of neighbouring taps,
/// which have to be added up in the end.
constexpr std::int64_t few_taps = 10;

/// What the convolution kernel is given; other operators that are convolutions in disguise give it
/// their weights rearranged.
struct Convolution {
  Window window;
  LinearOperands operands;
  std::vector<std::uint8_t> weights;  ///< [output channel][height][width][channel of the group]
  std::int64_t taps = 0;              ///< of one output channel
  std::int64_t groups = 1;
};
void lower_convolution(const NodeView& view, const Convolution& convolution, StepBuilder& builder);

}  // namespace smelt::ops
