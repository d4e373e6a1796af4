// SPDX-License-Identifier: Apache-2.0
//
// Runs the stages of a pipeline without data, in the order in which the device will: how many rows
// each ring must hold, when each tensor is in memory, and which outputs may grow over what inputs.
#pragma once

#include "compiler/plan/stages.h"

namespace smelt {

/// A place that another may lie over, from `lead` bytes before it on: see Overlap.
struct PlaceReach {
  std::size_t lower = 0, upper = 0;  ///< places
  std::int64_t lead = 0;
};

struct RowRun {
  /// By place: rows that a ring holds at most, and the first and last stage at work while what it
  /// holds is needed. Tensors from before begin with stage 0; those needed afterwards last.
  struct Life {
    std::int32_t rows = 0;
    std::int32_t first = 0, last = 0;
    bool waits = false;  ///< needed when a row of the input is taken
  };
  std::vector<Life> lives;
  std::vector<PlaceReach> reaches;
};

RowRun run_rows(const Stages& stages);

}  // namespace smelt
