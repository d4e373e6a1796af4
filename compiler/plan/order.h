// SPDX-License-Identifier: Apache-2.0
//
// The order of steps decides what is alive together: of two branches, the one that leaves less
// behind should run first. Knows steps and buffers, no operators.
#pragma once

#include "compiler/plan/plan.h"

namespace smelt {

/// The steps in the order with the smallest peak of live bytes that is found: the best there is,
/// unless the program is so wide that the search has to give up. The file's own where none is
/// better. needs: a program that has not been planned. keeps: every result.
Program reorder(const Program& program, const PlanOptions& options);

}  // namespace smelt
