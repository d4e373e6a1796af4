// SPDX-License-Identifier: Apache-2.0
//
// Kernels for linear layers that are made for one kind of core: what the core's
// instructions want of weights, and which layers its kernels compute. A file each; smelt/arch/ has
// the primitives.
#pragma once

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/linear.h"

namespace smelt::ops {

struct Core {
  /// Convolutions and fully connected layers of these operands.
  bool (*computes)(const LinearOperands& operands, const Target& target);
  /// Depthwise convolutions, perhaps not all of the same operands.
  bool (*computes_depthwise)(const DepthwiseConvolution& convolution, const Target& target);
  void (*lower_conv2d)(const NodeView& view, const Convolution& convolution, StepBuilder& builder);
  void (*lower_depthwise)(const DepthwiseConvolution& convolution, StepBuilder& builder);
  /// Null: the portable kernels do.
  void (*lower_fully_connected)(const NodeView& view, const FullyConnected& layer,
                                StepBuilder& builder);
};

namespace cores {
extern const Core helium;  ///< vectors of Armv8.1-M
extern const Core dsp;     ///< the DSP extension of Armv7E-M and Armv8-M
extern const Core armv6m;
extern const Core avr;
extern const Core blocks_4;  ///< others, with registers for four pixels at a time, and floats
extern const Core blocks_2;  ///< for two
}  // namespace cores

}  // namespace smelt::ops
