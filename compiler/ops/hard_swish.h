// SPDX-License-Identifier: Apache-2.0
//
// x * min(max(x + 3, 0), 6) / 6 of every element.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef hard_swish;

}  // namespace smelt::ops
