// SPDX-License-Identifier: Apache-2.0
//
// From quantized integers to floats.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef dequantize;

}  // namespace smelt::ops
