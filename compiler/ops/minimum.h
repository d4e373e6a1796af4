// SPDX-License-Identifier: Apache-2.0
//
// The smaller of two operands' elements, broadcast. One quantization for all three tensors.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef minimum;

}  // namespace smelt::ops
