// SPDX-License-Identifier: Apache-2.0
//
// Every element limited to between 0 and 6. Input and output share one quantization.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef relu6;

}  // namespace smelt::ops
