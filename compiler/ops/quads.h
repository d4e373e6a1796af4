// SPDX-License-Identifier: Apache-2.0
//
// Linear layers for the smallest cores: which of them the kernels over quads of weights compute,
// and their constants in the order that smelt/quads.h describes.
#pragma once

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/linear.h"

namespace smelt::ops {

/// A core with kernels of its own: `suffix` is that of their names, limit and offset are those of
/// its struct in smelt/arch. The host calls the same kernels, in plain C++.
struct QuadCore {
  using Invoke = void (*)(const HostCall&);
  std::string_view suffix;
  bool Features::* feature;
  std::int64_t sum_limit;
  std::int32_t input_offset;
  Invoke conv2d, pointwise, depthwise_conv2d, fully_connected;
};
extern const QuadCore quads_armv6m, quads_avr;

/// Whether the kernels compute outputs of these operands.
bool computes_quads(const QuadCore& core, const LinearOperands& operands, const Target& target);

void lower_quads(const QuadCore& core, const NodeView& view, const Convolution& convolution,
                 StepBuilder& builder);
void lower_quads(const QuadCore& core, const DepthwiseConvolution& convolution,
                 StepBuilder& builder);
void lower_quads(const QuadCore& core, const NodeView& view, const FullyConnected& layer,
                 StepBuilder& builder);

}  // namespace smelt::ops
