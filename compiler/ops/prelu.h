// SPDX-License-Identifier: Apache-2.0
//
// x, or slope * x where x is negative; slopes are broadcast to the input.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef prelu;

}  // namespace smelt::ops
