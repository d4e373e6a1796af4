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

/// Sets the offsets; returns the arena's size.
std::int64_t pack(std::vector<Block>& blocks);

bool overlap_in_time(const Block& a, const Block& b);

}  // namespace smelt
