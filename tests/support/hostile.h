// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt::test {

/// Names that want to leave a comment, a string, an element or the namespace of identifiers.
std::vector<std::string> hostile_names();

/// A chain of layers of these names; its inputs and outputs carry hostile names as well.
Graph hostile_graph();

}  // namespace smelt::test
