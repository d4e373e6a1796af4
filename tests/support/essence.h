// SPDX-License-Identifier: Apache-2.0
//
// What must survive writing a graph to a model file and reading it again.
#pragma once

#include <string>

#include "compiler/graph/graph.h"

namespace smelt::test {

/// The text of a graph without what a file adds: names and indices of the file, and operands that
/// only the format has, behind the first `tensors`.
std::string essence(Graph graph, std::size_t tensors);

}  // namespace smelt::test
