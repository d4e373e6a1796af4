// SPDX-License-Identifier: Apache-2.0
//
// Powers of two operands, broadcast, both floats or both integers: these modulo 2^n, and without
// the fraction that a negative exponent leaves.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef pow;

}  // namespace smelt::ops
