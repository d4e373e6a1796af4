// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/pack_problem.h"

#include <algorithm>
#include <numeric>

namespace smelt {

std::int64_t aligned(std::int64_t offset, std::int64_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

bool overlap_in_time(const Block& a, const Block& b) {
  return a.first <= b.last && b.first <= a.last;
}

PackProblem::PackProblem(std::vector<Block> blocks, std::vector<Overlap> overlaps)
    : blocks_(std::move(blocks)), overlaps_(std::move(overlaps)), overlaps_of_(blocks_.size() + 1) {
  std::sort(overlaps_.begin(), overlaps_.end(),
            [](const Overlap& a, const Overlap& b) { return a.lower < b.lower; });
  for (const Overlap& overlap : overlaps_) ++overlaps_of_[overlap.lower + 1];
  std::partial_sum(overlaps_of_.begin(), overlaps_of_.end(), overlaps_of_.begin());
  find_neighbours();
}

void PackProblem::find_neighbours() {
  constexpr std::size_t most = 4'000'000;
  std::size_t count = 0;
  neighbours_.resize(size());
  for (std::size_t i = 0; i < size() && count <= most; ++i)
    for (std::size_t j = i + 1; j < size() && blocks_[j].first <= blocks_[i].last; ++j) {
      neighbours_[i].push_back(static_cast<std::uint32_t>(j));
      neighbours_[j].push_back(static_cast<std::uint32_t>(i));
      count += 2;
    }
  if (count <= most) return;
  neighbours_.clear();
  all_.resize(size());
  std::iota(all_.begin(), all_.end(), std::uint32_t{0});
}

std::span<const std::uint32_t> PackProblem::neighbours(std::size_t i) const {
  return neighbours_.empty() ? all_ : neighbours_[i];
}

std::int64_t PackProblem::distance(std::size_t lower, std::size_t upper) const {
  std::int64_t distance = blocks_[lower].bytes;
  for (std::size_t i = overlaps_of_[lower]; i < overlaps_of_[lower + 1]; ++i)
    if (overlaps_[i].upper == upper) distance = std::min(distance, overlaps_[i].lead);
  return distance;
}

std::vector<std::vector<std::size_t>> groups_in_time(const std::vector<Block>& blocks) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < blocks.size(); ++i)
    if (blocks[i].bytes > 0) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(blocks[a].first, a) < std::pair(blocks[b].first, b);
  });
  std::vector<std::vector<std::size_t>> groups;
  std::int32_t last = 0;
  for (const std::size_t i : order) {
    if (groups.empty() || blocks[i].first > last) groups.emplace_back();
    last = groups.back().empty() ? blocks[i].last : std::max(last, blocks[i].last);
    groups.back().push_back(i);
  }
  return groups;
}

}  // namespace smelt
