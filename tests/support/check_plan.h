// SPDX-License-Identifier: Apache-2.0
//
// A planned program, checked from the steps alone: the planner's own lifetimes are not believed.
#pragma once

#include <string>

#include "compiler/plan/plan.h"
#include "compiler/program/program.h"

namespace smelt::test {

/// What is wrong with the plan of `program`: buffers whose bytes are written while another that is
/// read later holds them, or that are not aligned or leave the arena; a wrong claim on the input.
/// Empty if nothing.
std::string plan_problem(const Program& program, const PlanOptions& options);

}  // namespace smelt::test
