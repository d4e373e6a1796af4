// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/plan/plan.h"

namespace smelt {

/// Sets first_step and last_step of every buffer; aliases extend their owner's.
/// A model's inputs live from step 0, its outputs to the number of steps.
void set_lifetimes(Program& program, const PlanOptions& options);

/// The operands of a step in place whose bytes its output may take over if nobody needs them
/// afterwards, the best first.
std::vector<BufferId> replaceable(const Program& program, const Step& step);

/// Lays the outputs of in-place steps over inputs that nobody reads afterwards.
void share_in_place(Program& program, const PlanOptions& options);

/// Step::lead between the storages of `written`, which `step` begins, and of its first operand.
std::int64_t storage_lead(const Program& program, const Step& step, BufferId written);

/// Bytes that an output and the input which it reaches over have in common.
std::int64_t bytes_reached(std::int64_t input, std::int64_t output, std::int64_t lead);

}  // namespace smelt
