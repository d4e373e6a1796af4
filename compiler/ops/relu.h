// SPDX-License-Identifier: Apache-2.0
//
// Negative elements become 0. The output may have another scale than the input.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef relu;

}  // namespace smelt::ops
