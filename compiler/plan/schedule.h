// SPDX-License-Identifier: Apache-2.0
//
// Which steps run as pipelines: segments of the sequence of steps, chosen so that the peak of live
// bytes is smallest, or within a budget, and then as few steps as possible run row by row, those
// that would decode weights again and again last.
#pragma once

#include "compiler/plan/row_run.h"

namespace smelt {

struct Segment {
  std::int32_t first = 0, last = 0;  ///< steps, inclusive
  Stages stages;
  RowRun run;
};

/// In the order of their steps; none if whole layers are as good. `layers`: live bytes of each step
/// as a whole layer.
std::vector<Segment> schedule(const Program& program, const std::vector<std::int64_t>& layers,
                              const PlanOptions& options);

}  // namespace smelt
