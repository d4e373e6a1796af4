// SPDX-License-Identifier: Apache-2.0
//
// Activations that only limit elements, in the quantization that they have: relu6, relu_n1_to_1,
// and relu where it does not change the scale.
#pragma once

#include "compiler/ops/unary.h"

namespace smelt {

/// Reports what the clamp's kernels cannot compute.
void check_clamp(const NodeView& view, Diagnostics& diagnostics);

/// The call of a clamp of smelt/clamp.h to the range of `activation`.
UnaryCall clamp_call(const NodeView& view, Activation activation, std::int32_t count);

}  // namespace smelt
