// SPDX-License-Identifier: Apache-2.0
//
// Every element limited to between -1 and 1. Input and output share one quantization.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef relu_n1_to_1;

}  // namespace smelt::ops
