// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/pack.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <utility>

#include "compiler/plan/pack_exact.h"
#include "compiler/plan/pack_heuristic.h"
#include "compiler/plan/pack_problem.h"

namespace smelt {
namespace {

/// Pairs of blocks that the exact searches look at: about 0.2 s.
constexpr std::int64_t all_work = 40'000'000;

using Group = std::vector<std::size_t>;

/// Splits blocks into groups no block of which is alive with one of another: each in the order of
/// first steps. Empty blocks are in none.
std::vector<Group> groups_in_time(const std::vector<Block>& blocks) {
  Group order;
  for (std::size_t i = 0; i < blocks.size(); ++i)
    if (blocks[i].bytes > 0) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return blocks[a].first < blocks[b].first; });
  std::vector<Group> groups;
  std::int32_t last = 0;
  for (const std::size_t i : order) {
    if (groups.empty() || blocks[i].first > last) {
      groups.emplace_back();
      last = blocks[i].last;
    }
    last = std::max(last, blocks[i].last);
    groups.back().push_back(i);
  }
  return groups;
}

/// By group, the overlaps of its blocks, which are named by their places in the group.
std::vector<std::vector<Overlap>> overlaps_by_group(const std::vector<Group>& groups,
                                                    const std::vector<Overlap>& overlaps,
                                                    std::size_t blocks) {
  std::vector<std::pair<std::size_t, std::size_t>> places(blocks, {groups.size(), 0});
  for (std::size_t group = 0; group < groups.size(); ++group)
    for (std::size_t i = 0; i < groups[group].size(); ++i) places[groups[group][i]] = {group, i};
  std::vector<std::vector<Overlap>> result(groups.size() + 1);  // the last: of empty blocks
  for (const Overlap& overlap : overlaps) {
    const auto& [group, lower] = places[overlap.lower];
    const auto& [other, upper] = places[overlap.upper];
    if (group == other) result[group].push_back({lower, upper, overlap.lead});
  }
  return result;
}

/// Heuristics first, as they usually reach the bound.
Packed pack_group(const PackProblem& problem, std::int64_t bound,
                  std::vector<std::int64_t>& offsets, std::int64_t& work) {
  Packed packed = {.bytes = pack_in_usual_orders(problem, bound, offsets), .bound = bound};
  if (packed.bytes > packed.bound) raise_bound(problem, packed, work);
  if (packed.bytes > packed.bound) packed.bytes = pack_by_moves(problem, packed.bound, offsets);
  if (packed.bytes > packed.bound) pack_exactly(problem, packed, offsets, work);
  return packed;
}

}  // namespace

Packed pack(std::vector<Block>& blocks, const std::vector<Overlap>& overlaps, std::int64_t bound) {
  for (Block& block : blocks) block.offset = 0;
  const std::vector<Group> groups = groups_in_time(blocks);
  std::vector<std::vector<Overlap>> reaches = overlaps_by_group(groups, overlaps, blocks.size());
  Packed result = {.bytes = 0, .bound = bound};
  std::int64_t work = all_work;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    std::vector<Block> members;
    for (const std::size_t i : groups[group]) members.push_back(blocks[i]);
    std::vector<std::int64_t> offsets;
    const PackProblem problem(std::move(members), std::move(reaches[group]));
    const Packed packed = pack_group(problem, result.bound, offsets, work);
    for (std::size_t i = 0; i < offsets.size(); ++i) blocks[groups[group][i]].offset = offsets[i];
    result.bytes = std::max(result.bytes, packed.bytes);
    result.bound = std::max(result.bound, packed.bound);
  }
  assert(result.bound <= result.bytes);
  return result;
}

}  // namespace smelt
