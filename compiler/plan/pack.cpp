// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/pack.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <limits>
#include <numeric>
#include <random>

#include "compiler/plan/pack_exact.h"
#include "compiler/plan/pack_problem.h"
#include "compiler/plan/pack_heuristic.h"

namespace smelt {
namespace {

Packed pack_group(const PackProblem& problem, std::int64_t bound, std::vector<std::int64_t>& offsets) {
  Packed packed{0, bound};
  packed.bytes = pack_heuristically(problem, std::numeric_limits<std::int64_t>::max(), offsets);
  if (packed.bytes > packed.bound) raise_bound(problem, packed);
  if (packed.bytes > packed.bound) packed.bytes = pack_heuristically(problem, packed.bound, offsets);
  if (packed.bytes > packed.bound) pack_exactly(problem, packed, offsets);
  return packed;
}

}  // namespace

Packed pack(std::vector<Block>& blocks, const std::vector<Overlap>& overlaps, std::int64_t bound) {
  for (Block& block : blocks) block.offset = 0;
  Packed result{0, bound};
  std::vector<std::size_t> index(blocks.size());
  for (const auto& group : groups_in_time(blocks)) {
    std::vector<Block> members;
    std::vector<Overlap> reaches;
    std::vector<char> in(blocks.size());
    for (const std::size_t i : group) {
      index[i] = members.size();
      in[i] = 1;
      members.push_back(blocks[i]);
    }
    for (Overlap o : overlaps)
      if (in[o.lower] && in[o.upper]) reaches.push_back({index[o.lower], index[o.upper], o.lead});
    std::vector<std::int64_t> offsets;
    const Packed packed = pack_group(PackProblem(members, reaches), result.bound, offsets);
    for (std::size_t i = 0; i < group.size(); ++i) blocks[group[i]].offset = offsets[i];
    result.bytes = std::max(result.bytes, packed.bytes);
    result.bound = std::max(result.bound, packed.bound);
  }
  return result;
}

}  // namespace smelt
