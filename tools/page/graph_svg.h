// SPDX-License-Identifier: Apache-2.0
//
// A graph drawn from top to bottom, with what became of each node.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/svg.h"
#include "tools/page/pass_history.h"

namespace smelt::tools {

/// `changes` are by node, `layer` gives the identifier of a layer by its name. The page's style has
/// the classes: node, port, edge, and of nodes removed, added and changed. Empty if the graph is
/// too large to be drawn.
std::string graph_svg(const Sketch& sketch, const std::vector<NodeChange>& changes,
                      const std::function<std::string_view(std::string_view)>& layer,
                      const SvgPart& part);

}  // namespace smelt::tools
