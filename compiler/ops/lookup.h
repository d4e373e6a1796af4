// SPDX-License-Identifier: Apache-2.0
//
// Any function of one byte, by a table of its 256 results: what passes make of functions between
// quantized tensors.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef lookup;

}  // namespace smelt::ops
