// SPDX-License-Identifier: Apache-2.0
//
// Blocks are placed one after another at the lowest free offset; several orders are tried (largest
// first, longest lived first, most contended first), then blocks are moved within the best order.
#pragma once

#include "compiler/plan/pack_problem.h"

namespace smelt {

/// Offsets of blocks, and the size of their arena; the search ends when it is no more than `bound`.
std::int64_t pack_heuristically(const PackProblem& problem, std::int64_t bound,
                                std::vector<std::int64_t>& offsets);

}  // namespace smelt
