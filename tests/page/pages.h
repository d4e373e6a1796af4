// SPDX-License-Identifier: Apache-2.0
//
// Pages of graphs that come from no file.
#pragma once

#include <string>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt::test {

/// With prices made up for these targets and chips.
std::string page_of(Graph graph, const std::vector<std::string>& targets = {"one", "two"});

/// Layers in a chain with branches that skip some, `count` convolutions.
Graph deep_graph(int count);

}  // namespace smelt::test
