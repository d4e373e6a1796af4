// SPDX-License-Identifier: Apache-2.0
//
// From floats to quantized integers, or from one quantization to another. The output tensor says
// to which type.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef quantize;

}  // namespace smelt::ops
