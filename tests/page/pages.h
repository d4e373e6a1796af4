// SPDX-License-Identifier: Apache-2.0
//
// Pages of graphs that come from no file.
#pragma once

#include <string>

#include "compiler/pipeline.h"

namespace smelt::test {

/// With prices made up for two targets, and a table of them.
std::string page_of(Graph graph, const PipelineOptions& options = {});

/// Layers in a chain with branches that skip some, `count` convolutions.
Graph deep_graph(int count);

}  // namespace smelt::test
