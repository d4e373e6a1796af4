// SPDX-License-Identifier: Apache-2.0
//
// Packs blocks with lifetimes into one arena. Knows nothing of programs.
//
// Heuristics first (pack_heuristic.h), which usually reach the bound; where they do not, a search
// finds a packing that does or proves that there is none (pack_exact.h). It has a budget: of more
// than about 100 blocks that are many at a time, the best that was found remains, and what was
// proven.
#pragma once

#include <cstdint>
#include <vector>

namespace smelt {

struct Block {
  std::int64_t bytes = 0;
  std::int32_t alignment = 1;  ///< a power of two
  std::int32_t first = 0;      ///< first and last step alive, inclusive
  std::int32_t last = 0;
  std::int64_t offset = 0;  ///< result
};

/// Blocks that may lie over each other although both are alive: `lower` at least `lead` bytes below
/// the offset of `upper`. A block may be the lower of any number of blocks, and the upper of
/// others.
struct Overlap {
  std::size_t lower = 0, upper = 0;  ///< indices of blocks
  std::int64_t lead = 0;             ///< not negative
};

/// Bytes of an arena, and a bound: no arena of these blocks needs less. Equal if proven optimal.
struct Packed {
  std::int64_t bytes = 0;
  std::int64_t bound = 0;
};

/// Sets the offsets. `bound`: no arena can be smaller, for reasons that the caller knows.
Packed pack(std::vector<Block>& blocks, const std::vector<Overlap>& overlaps, std::int64_t bound);

bool overlap_in_time(const Block& a, const Block& b);

}  // namespace smelt
