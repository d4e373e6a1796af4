// SPDX-License-Identifier: Apache-2.0
//
// Copies that need not be made: a tensor that is a part of another (a slice) is read where it
// lies, and tensors that are put together into one (a concat) are written where they belong.
#pragma once

#include "compiler/plan/plan.h"

namespace smelt {

/// Leaves out steps that only copy, wherever an alias does instead and the peak of this order does
/// not rise. needs: a program that has not been planned. keeps: every result.
Program make_views(Program program, const PlanOptions& options);

}  // namespace smelt
