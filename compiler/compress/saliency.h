// SPDX-License-Identifier: Apache-2.0
//
// In which order weights leave a layer.
//
// Eigen's headers are heavy: this one is for .cpp files.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/compress/prune.h"
#include "compiler/quantize/moments.h"

namespace smelt {

/// What is pruned as one: a weight, or a block from there on.
struct PruningUnit {
  std::int64_t channel = 0, tap = 0;
  double cost = 0;
};

/// All that the pattern lets go, in the order in which they leave; costs do not decrease. Those
/// that must go for N:M come first and cost nothing. `weights` are columns of channels, without
/// biases; each costs its square.
std::vector<PruningUnit> rank_by_magnitude(const Matrix& weights, const Pattern& pattern);

/// The same by what each adds to the squared error of the output when those of its channel that are
/// left change to make up for it. `best` are columns of channels, the last row biases: the minimum
/// of the error, of half of which `hessian` is the second derivative.
std::vector<PruningUnit> rank_by_error(const Matrix& best, const Matrix& hessian,
                                       const Pattern& pattern);

/// Lists that are each in order, as one.
std::vector<PruningUnit> merged(const std::vector<std::vector<PruningUnit>>& lists);

}  // namespace smelt
