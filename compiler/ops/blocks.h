// SPDX-License-Identifier: Apache-2.0
//
// Linear layers in blocks of output channels and pixels, for cores without vectors: which of them
// there are kernels for, and their constants in the order that smelt/linear_blocks.h describes.
#pragma once

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/linear.h"

namespace smelt::ops {

/// Whether kernels with blocks of so many pixels compute these operands. Integers: as many as the
/// target has registers for; floats: four, where they have registers of their own.
bool computes_blocks(const LinearOperands& operands, const Target& target, std::int32_t pixels);

/// Of a format and number of pixels that compute it.
void lower_blocks(const NodeView& view, const Convolution& convolution, std::int32_t pixels,
                  StepBuilder& builder);

/// The same of depthwise convolutions, on top of what computes their operands.
bool has_depthwise_blocks(const DepthwiseConvolution& convolution);
void lower_blocks(const DepthwiseConvolution& convolution, std::int32_t pixels,
                  StepBuilder& builder);

}  // namespace smelt::ops
