// SPDX-License-Identifier: Apache-2.0
//
// Logic of truth values: of two operands, broadcast, or of one.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef logical_and;
extern const OpDef logical_not;
extern const OpDef logical_or;
extern const OpDef logical_xor;

}  // namespace smelt::ops
