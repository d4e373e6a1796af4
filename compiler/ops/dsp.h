// SPDX-License-Identifier: Apache-2.0
//
// Linear layers for the DSP extension of Arm: which of them its kernels compute, and their
// constants in the order that smelt/linear_dsp.h describes.
#pragma once

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/linear.h"

namespace smelt::ops {

/// Whether the kernels multiply these operands.
bool computes_dsp(const LinearOperands& operands, const Target& target);

void lower_dsp(const NodeView& view, const Convolution& convolution, StepBuilder& builder);
void lower_dsp(const DepthwiseConvolution& convolution, StepBuilder& builder);
void lower_dsp(const NodeView& view, const FullyConnected& layer, StepBuilder& builder);

}  // namespace smelt::ops
