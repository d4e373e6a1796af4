// SPDX-License-Identifier: Apache-2.0
//
// What reports on a plan show: who is in the arena and when, what lies over what, and how full it
// is. Read off the program; nothing is decided here.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/program/program.h"

namespace smelt {

/// A buffer of the arena that has bytes of its own, or takes over those of an input in place.
struct Resident {
  BufferId buffer{};
  std::string_view kind;  ///< input, output, tensor, ring or scratch
  /// Inclusive. Where an output is computed in place, its input ends with that step.
  std::int32_t first_step = 0, last_step = 0;
};

/// An output over bytes of an input that are read by then.
struct Overlay {
  BufferId lower{}, upper{};  ///< the output, which grows upwards, and the input
  std::int64_t offset = 0, bytes = 0;
  std::int32_t first_step = 0, last_step = 0;  ///< inclusive: both are in memory
};

struct Memory {
  std::vector<Resident> residents;  ///< in the order in which they come alive
  std::vector<Overlay> overlays;
  std::vector<std::int64_t> live;  ///< bytes, by step; the last of the caller afterwards
  std::int64_t bound = 0;          ///< no plan of this order of steps needs less
};

Memory memory_of(const Program& program);

/// Whether it is in memory at a step.
bool alive(const Resident& resident, std::int32_t step);

/// The residents at a step, by address.
std::vector<Resident> residents_at(const Program& program, const Memory& memory, std::int32_t step);

/// The buffer that a step writes, the first of several.
BufferId written_by(const Step& step);

/// The step of a pipeline that writes the bytes of a buffer, if one does.
std::optional<std::size_t> writer_in(const Program& program, const Pipeline& pipeline, BufferId id);

/// "input", "state", ...: what a buffer is.
std::string_view kind_of(const Program& program, BufferId id);

}  // namespace smelt
