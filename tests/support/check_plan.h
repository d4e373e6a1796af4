// SPDX-License-Identifier: Apache-2.0
//
// A planned program, checked from the steps alone: the planner's own lifetimes are not believed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/plan/plan.h"
#include "compiler/program/program.h"

namespace smelt::test {

/// Bytes of the value that steps give a buffer.
struct Part {
  BufferId value{};
  std::int64_t begin = 0, bytes = 0;
};

/// The values whose bytes are those of `id`, one after the other. Tensors that are the same under
/// another shape, or a part of another, own bytes together, and so do those that are put together
/// and their pieces; an output that a step lays over its input is a value of its own.
std::vector<Part> parts_of(const Program& program, BufferId id);

/// What is wrong with the plan of `program`: buffers whose bytes are written while another that is
/// read later holds them, or that are not aligned or leave the arena; a wrong claim on the input.
/// Empty if nothing.
std::string plan_problem(const Program& program, const PlanOptions& options);

}  // namespace smelt::test
