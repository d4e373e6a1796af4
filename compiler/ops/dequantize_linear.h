// SPDX-License-Identifier: Apache-2.0
//
// DequantizeLinear as ONNX defines it: integers to floats, with scales and zero points as operands.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef dequantize_linear;

}  // namespace smelt::ops
