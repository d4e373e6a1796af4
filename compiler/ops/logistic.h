// SPDX-License-Identifier: Apache-2.0
//
// 1 / (1 + exp(-x)) of every element.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef logistic;

}  // namespace smelt::ops
