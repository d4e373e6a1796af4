// SPDX-License-Identifier: Apache-2.0
//
// What fuzz targets share: the way from an imported graph to C++, and a run of what it computes
// where that is little work.
#pragma once

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"

namespace smelt::test {

/// Aborts unless it holds.
void require(bool holds, const char* what);
/// A model is accepted or refused with a reason, and every diagnostic has a text.
void require_reason(bool accepted, const Diagnostics& diagnostics);
/// Passes, plan and code, with and without optimization, and the evaluator.
void go_all_the_way(Graph graph);

}  // namespace smelt::test
