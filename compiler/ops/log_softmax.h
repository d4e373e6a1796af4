// SPDX-License-Identifier: Apache-2.0
//
// The logarithm of the softmax along the last dimension, of floats.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef log_softmax;

}  // namespace smelt::ops
