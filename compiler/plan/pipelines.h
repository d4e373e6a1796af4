// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/plan/schedule.h"

namespace smelt {

/// Makes pipelines of segments: steps become calls for one row, rings take the place of the tensors
/// between them, and copies of rows come before the first reader of what must be padded.
/// Steps of no pipeline lose their row forms.
void make_pipelines(Program& program, const std::vector<Segment>& segments);

/// The first pipeline takes the rows of the program's one input as they come.
void stream_input(Program& program);

/// Adds to lifetimes when the buffers of pipelines are in memory.
void extend_lifetimes(Program& program);

}  // namespace smelt
