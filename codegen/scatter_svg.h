// SPDX-License-Identifier: Apache-2.0
//
// Points in a plane, drawn: what each costs, and what it is worth.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace smelt {

struct ScatterPoint {
  double x = 0, y = 0;
  std::size_t series = 0;  ///< by which it is coloured
  std::string label;       ///< beside it, if it is on the front
  std::string title;       ///< all there is to say
  bool front = false;      ///< none is better in both; they are connected
};

struct Scatter {
  std::string title, about;
  std::string x_title;  ///< with its unit; drawn by its logarithm, so all x are positive
  std::string y_title;
  double y_scale = 1;               ///< what y is multiplied by to be written: 100 for percents
  double y_least = 0;               ///< points below are drawn at the lower edge
  std::optional<double> reference;  ///< a line across
  std::string reference_title;
  std::vector<std::string> series;   ///< names
  std::vector<ScatterPoint> points;  ///< at least one
};

/// A drawing of its own, light or dark as its reader likes it.
std::string scatter_svg(const Scatter& scatter);

}  // namespace smelt
