// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "compiler/plan/plan.h"

namespace smelt {

/// Whether a buffer has bytes of its own in the arena.
bool in_arena(const Buffer& buffer);

/// A step's output that is made of an input nobody needs afterwards, and may reach over it.
std::optional<Pipeline::Reach> reach_of(const Program& program, std::int32_t step);

/// The largest of live_bytes(), and the first step that has it.
struct Peak {
  std::int64_t bytes = 0;
  std::int32_t step = 0;
};
Peak peak_of(const Program& program);

}  // namespace smelt
