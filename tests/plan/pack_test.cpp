// SPDX-License-Identifier: Apache-2.0
//
// Blocks in one arena: none over another that is alive with it, but where it may be.
#include "compiler/plan/pack.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

using namespace smelt;

namespace {

std::int64_t largest_sum(const std::vector<Block>& blocks, std::int32_t steps) {
  std::int64_t largest = 0;
  for (std::int32_t step = 0; step < steps; ++step) {
    std::int64_t sum = 0;
    for (const Block& block : blocks)
      if (block.first <= step && step <= block.last) sum += block.bytes;
    largest = std::max(largest, sum);
  }
  return largest;
}

bool apart(const Block& a, const Block& b) {
  return !overlap_in_time(a, b) || a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
}

}  // namespace

TEST_CASE("an output leads the input that it reaches over", "[plan]") {
  // 100 bytes become 160, the first of which is written when 10 bytes have been read.
  std::vector<Block> blocks = {{.bytes = 100, .alignment = 4, .first = 0, .last = 0},
                               {.bytes = 160, .alignment = 4, .first = 0, .last = 1}};
  CHECK(pack(blocks, {{.lower = 1, .upper = 0, .lead = 90}}, 190) == 192);
  CHECK(blocks[0].offset == 92);
  CHECK(blocks[1].offset == 0);
  CHECK(pack(blocks, {}, 260) == 260);
  CHECK(apart(blocks[0], blocks[1]));
}

TEST_CASE("packed blocks are apart, aligned, and seldom above the bound", "[plan]") {
  std::mt19937 random(1);
  int optimal = 0;
  constexpr int trials = 200;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<Block> blocks(1 + random() % 20);
    for (Block& block : blocks) {
      block.first = static_cast<std::int32_t>(random() % 8);
      block.last = std::min<std::int32_t>(7, block.first + static_cast<std::int32_t>(random() % 4));
      block.bytes = static_cast<std::int64_t>(4 * (random() % 50));
      block.alignment = 4;
    }
    const std::int64_t bound = largest_sum(blocks, 8);
    const std::int64_t size = pack(blocks, {}, bound);
    CHECK(size >= bound);
    optimal += size == bound;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      CHECK(blocks[i].offset % 4 == 0);
      CHECK(blocks[i].offset + blocks[i].bytes <= size);
      for (std::size_t j = 0; j < i; ++j) CHECK(apart(blocks[i], blocks[j]));
    }
  }
  CHECK(optimal >= trials * 9 / 10);
}
