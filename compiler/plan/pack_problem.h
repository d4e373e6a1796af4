// SPDX-License-Identifier: Apache-2.0
//
// What both the heuristic and the exact packing look up: which blocks are alive together, and how
// far apart they must lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "compiler/plan/pack.h"

namespace smelt {

/// `offset`, or the next multiple above it of `alignment`, a power of two.
inline std::int64_t aligned(std::int64_t offset, std::int64_t alignment) {
  return (offset + alignment - 1) & -alignment;
}

/// `offset`, or the next multiple below it.
inline std::int64_t aligned_down(std::int64_t offset, std::int64_t alignment) {
  return offset & -alignment;
}

/// Blocks of which each, in the order of their first steps, is alive with one before it.
class PackProblem {
 public:
  /// The blocks are not empty and in the order of their first steps.
  PackProblem(std::vector<Block> blocks, std::vector<Overlap> overlaps);

  std::size_t size() const { return blocks_.size(); }
  const Block& operator[](std::size_t i) const { return blocks_[i]; }
  const std::vector<Block>& blocks() const { return blocks_; }
  const std::vector<Overlap>& overlaps() const { return overlaps_; }

  /// The blocks alive with block `i`, and perhaps others: of very many blocks, all.
  std::span<const std::uint32_t> neighbours(std::size_t i) const;

  /// How far the offset of `lower` must be below that of `upper`, if it is below it.
  std::int64_t distance(std::size_t lower, std::size_t upper) const;

 private:
  void find_neighbours();

  std::vector<Block> blocks_;
  std::vector<Overlap> overlaps_;         // by their lower blocks
  std::vector<std::size_t> overlaps_of_;  // by block: where its overlaps begin
  std::vector<std::vector<std::uint32_t>> neighbours_;
  std::vector<std::uint32_t> all_;  // instead of neighbours_, if those would be too many to keep
};

}  // namespace smelt
