// SPDX-License-Identifier: Apache-2.0
//
// Whether two operands' elements, broadcast, are equal, less, or less or equal: truth values.
// Quantized operands share one scale and zero point.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef equal;
extern const OpDef less;
extern const OpDef less_equal;

}  // namespace smelt::ops
