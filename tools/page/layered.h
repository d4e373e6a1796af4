// SPDX-License-Identifier: Apache-2.0
//
// Where the boxes of a directed graph without cycles are drawn: in rows, every edge downwards.
// Sugiyama's way: rows by the longest path, edges over several rows through a place in each, orders
// within rows by the means of neighbours, and places that are as near to these as the order allows.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "codegen/svg.h"

namespace smelt::tools {

struct LayeredEdge {
  std::size_t from = 0, to = 0;  ///< boxes; `from` is the smaller
};

struct LayeredOptions {
  double box_width = 220, box_height = 54;
  double row_gap = 24, box_gap = 16;
};

struct Layered {
  struct Point {
    double x = 0, y = 0;
  };
  std::vector<Rect> boxes;
  /// By edge: from the lower side of a box to the upper side of another. Every second line, from
  /// the second point to the third and so on, is upright and passes boxes.
  std::vector<std::vector<Point>> edges;
  double width = 0, height = 0;
};

/// Nothing if there is more than a drawing could show.
std::optional<Layered> layered(std::size_t boxes, const std::vector<LayeredEdge>& edges,
                               const LayeredOptions& options = {});

}  // namespace smelt::tools
