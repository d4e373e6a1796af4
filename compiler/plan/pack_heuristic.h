// SPDX-License-Identifier: Apache-2.0
//
// Blocks are placed one after another, each as low as those already placed allow. Which order is
// best is searched: from several that are usually good, then by moving blocks within an order.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/plan/pack_problem.h"

namespace smelt {

/// Largest first, longest lived first, most contended first, and so on: the best of these, or the
/// first that takes no more than `bound`. Returns the bytes.
std::int64_t pack_in_usual_orders(const PackProblem& problem, std::int64_t bound,
                                  std::vector<std::int64_t>& offsets);

/// From a packing, one at least as good. Ends when it takes no more than `bound`.
std::int64_t pack_by_moves(const PackProblem& problem, std::int64_t bound,
                           std::vector<std::int64_t>& offsets);

}  // namespace smelt
