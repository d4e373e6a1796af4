// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/pack_problem.h"

#include <algorithm>
#include <numeric>

namespace smelt {

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

}  // namespace smelt
