// SPDX-License-Identifier: Apache-2.0
//
// Branch and bound: "do the blocks fit into so many bytes?" is asked for sizes between the bound
// and the best packing known. The search decides which of two blocks lies below, for the two that
// have least room to, until no two clash at their lowest offsets; pack_domains.h follows each
// decision to its consequences. Blocks that often had a part in contradictions come first, in
// searches that start anew with what was learned, so that it soon turns about the few blocks that
// do not fit.
//
// What it costs is counted in pairs of blocks looked at, not timed: the same packing every time and
// everywhere. `work` is what is left of that.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/plan/pack_problem.h"

namespace smelt {

/// Raises the bound by what follows from sizes, lifetimes and alignments without any search.
void raise_bound(const PackProblem& problem, Packed& packed, std::int64_t& work);

/// Lowers the bytes, whose `offsets` are those of the packing, and raises the bound until both are
/// equal or the work is used up.
void pack_exactly(const PackProblem& problem, Packed& packed, std::vector<std::int64_t>& offsets,
                  std::int64_t& work);

}  // namespace smelt
