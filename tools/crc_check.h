// SPDX-License-Identifier: Apache-2.0
//
// A board's checksums against those of the emitted code on this machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/program/program.h"
#include "tools/crc_log.h"
#include "tools/host_model.h"
#include "tools/vectors.h"

namespace smelt::tools {

/// What went wrong first in a run.
struct CrcDifference {
  std::size_t run = 0;               ///< counted from 0, as cases are
  std::optional<std::int32_t> step;  ///< none: the input
  std::uint32_t crc = 0, expected = 0;
  std::string text;  ///< for the user, with what to look at
};

struct CrcOutcome {
  std::vector<CrcDifference> differences;  ///< of each run that differs, the first
  std::size_t runs = 0;                    ///< that were compared
  std::int64_t equal = 0;                  ///< layers
  /// Layers that differ, but were computed in floats or from such layers: the last bits of floats
  /// are not the same on every core.
  std::int64_t inexact = 0;
  std::int64_t lacking = 0;  ///< layers of these runs that have no line
};

/// The first step of the log that the model has not, or does not log.
std::optional<std::int32_t> foreign_step(const Program& program, const CrcLog& log);

/// Compares run by run with the cases, in order, as long as there are both. The log has no foreign
/// step.
CrcOutcome check_crcs(const Program& program, HostModel& emitted,
                      const std::vector<GoldenSet>& sets, const CrcLog& log);

}  // namespace smelt::tools
