// SPDX-License-Identifier: Apache-2.0
//
// Linear layers of 8 bits whose weights are decoded while they compute: rows of the kernel tables,
// for each Coding.
#pragma once

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"

namespace smelt::ops {

bool has_coded_kernel(const LinearOperands& operands);
void lower_coded_conv2d(const Convolution& convolution, const Shape& input, const Shape& output,
                        Coding coding, StepBuilder& builder);
void lower_coded_depthwise(const DepthwiseConvolution& convolution, Coding coding,
                           StepBuilder& builder);
void lower_coded_fully_connected(const NodeView& view, const FullyConnected& layer, Coding coding,
                                 StepBuilder& builder);

}  // namespace smelt::ops
