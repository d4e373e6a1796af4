// SPDX-License-Identifier: Apache-2.0
//
// QuantizeLinear as ONNX defines it, half to even: floats to the type of the zero point. What it
// gives has the quantization that its operands say. And the output stage of ONNX's integer layers:
// 32-bit sums times a float.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef quantize_linear;
extern const OpDef requantize_linear;

}  // namespace smelt::ops
