// SPDX-License-Identifier: Apache-2.0
//
// Elements as another type, which the output tensor says, without regard to scales: fractions are
// dropped, floats saturate, integers wrap.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef cast;

}  // namespace smelt::ops
