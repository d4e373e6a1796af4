// SPDX-License-Identifier: Apache-2.0
//
// Hyperbolic tangent of every element.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef tanh;

}  // namespace smelt::ops
