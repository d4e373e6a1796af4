// SPDX-License-Identifier: Apache-2.0
//
// Rows without end: the pipeline keeps its rings from one inference to the next, so that a new row
// costs its own work alone. That is exact where no layer pads rows: then each row of a layer is
// what it is wherever the window of the model begins.
#pragma once

#include <string>
#include <vector>

#include "compiler/plan/schedule.h"

namespace smelt {

/// The pipeline from the first step on that ends in a window of rows, which the steps behind it
/// read; nothing if there is none.
std::optional<Segment> time_segment(const Program& program, const PlanOptions& options);

/// After make_pipelines: what must stay from row to row becomes state.
void stream_time(Program& program, const Segment& segment);

/// Why there is no such pipeline, a reason each.
std::vector<std::string> time_obstacles(const Program& program);

}  // namespace smelt
