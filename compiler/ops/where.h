// SPDX-License-Identifier: Apache-2.0
//
// The element of `a` where the condition holds, of `b` elsewhere; all are broadcast. One
// quantization for both and the output.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef where;

}  // namespace smelt::ops
