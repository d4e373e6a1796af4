// SPDX-License-Identifier: Apache-2.0
//
// Graphs of one linear layer of 8 bits, of all geometries that kernels tell apart: odd channels,
// windows of 1x1 to 7x7, strides, dilations and pads, groups, and operands that are as small or as
// large as they can be.
#pragma once

#include "tests/support/builder.h"
#include "tests/support/trial.h"

namespace smelt::test {

struct Layer {
  Random random;
  Builder b;
  TensorId x = no_tensor, w = no_tensor;

  explicit Layer(std::uint32_t seed) : random(seed) {}
  /// Input values: every fourth time all as small or as large as they can be.
  Bytes values();
};

using Draw = void (*)(Layer&);
void draw_conv2d(Layer& layer);
void draw_depthwise(Layer& layer);
void draw_fully_connected(Layer& layer);

/// Any of them.
Graph random_layer(std::uint32_t seed);
/// The same with weights as compression leaves them, most times: few are not zero, or there are few
/// values.
Graph random_pruned_layer(std::uint32_t seed);

}  // namespace smelt::test
