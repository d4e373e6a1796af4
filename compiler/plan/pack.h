// SPDX-License-Identifier: Apache-2.0
//
// Packs blocks with lifetimes into one arena. Knows nothing of programs.
//
// Blocks are placed one after another at the lowest free offset; several orders are tried (largest
// first, longest lived first, most contended first), and the smallest arena is kept.
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
/// the offset of `upper`.
struct Overlap {
  std::size_t lower = 0, upper = 0;  ///< indices of blocks
  std::int64_t lead = 0;
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
