// SPDX-License-Identifier: Apache-2.0
//
// Linear layers of 8 bits by the kernels for Helium (runtime-min/smelt/*_helium.h): their weights
// in the order of the inner loops, and the other constants in the order of their vectors.
#pragma once

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/linear.h"

namespace smelt::ops {

/// Whether the kernels compute these operands.
bool computes_helium(const LinearOperands& operands, const Target& target);
/// Likewise; pairs of products fit 16 bits.
bool computes_helium(const DepthwiseConvolution& convolution, const Target& target);

void lower_helium(const NodeView& view, const Convolution& convolution, StepBuilder& builder);
void lower_helium(const DepthwiseConvolution& convolution, StepBuilder& builder);
void lower_helium(const NodeView& view, const FullyConnected& layer, StepBuilder& builder);

}  // namespace smelt::ops
