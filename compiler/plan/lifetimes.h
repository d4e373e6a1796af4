// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/plan/plan.h"

namespace smelt {

/// Sets first_step and last_step of every buffer; aliases extend their owner's.
/// A model's inputs live from step 0, its outputs to the number of steps.
void set_lifetimes(Program& program, const PlanOptions& options);

/// Lays the outputs of in-place steps over inputs that nobody reads afterwards.
void share_in_place(Program& program, const PlanOptions& options);

}  // namespace smelt
