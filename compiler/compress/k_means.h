// SPDX-License-Identifier: Apache-2.0
//
// Numbers, each with a weight, by few centres: the weighted squares of distances are least.
#pragma once

#include <cstddef>
#include <vector>

namespace smelt {

struct WeightedPoint {
  double value = 0;
  double weight = 1;  ///< not negative
};

/// At most `count` centres, ascending; one of them is 0 if `with_zero`. Points are gathered into so
/// many groups of neighbours that the best centres can be found (by dynamic programming, so nothing
/// depends on where it begins); from there on, Lloyd's iteration goes on all points.
/// Source: Wang and Song, Ckmeans.1d.dp, 2011.
std::vector<double> k_means(std::vector<WeightedPoint> points, std::size_t count, bool with_zero);

/// Index of the nearest of ascending centres, the smaller one of two.
std::size_t nearest(const std::vector<double>& centres, double value);

}  // namespace smelt
