// SPDX-License-Identifier: Apache-2.0
//
// Blocks in one arena: none over another that is alive with it, but where it may be; as few bytes
// as trying all offsets finds.
#include "compiler/plan/pack.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>
#include <random>

using namespace smelt;

namespace {

using Blocks = std::vector<Block>;
using Overlaps = std::vector<Overlap>;

std::int64_t largest_sum(const Blocks& blocks) {
  std::int64_t largest = 0;
  for (const Block& start : blocks) {
    std::int64_t sum = 0;
    for (const Block& block : blocks)
      if (block.first <= start.first && start.first <= block.last) sum += block.bytes;
    largest = std::max(largest, sum);
  }
  return largest;
}

/// Whether block `a` may lie where it is, below block `b` or over its beginning.
bool below(const Blocks& blocks, const Overlaps& overlaps, std::size_t a, std::size_t b) {
  const std::int64_t distance = blocks[b].offset - blocks[a].offset;
  return distance >= blocks[a].bytes ||
         std::any_of(overlaps.begin(), overlaps.end(), [&](const Overlap& overlap) {
           return overlap.lower == a && overlap.upper == b && distance >= overlap.lead;
         });
}

bool apart(const Blocks& blocks, const Overlaps& overlaps, std::size_t a, std::size_t b) {
  const bool together = blocks[a].first <= blocks[b].last && blocks[b].first <= blocks[a].last;
  return !together || blocks[a].bytes == 0 || blocks[b].bytes == 0 ||
         below(blocks, overlaps, a, b) || below(blocks, overlaps, b, a);
}

void check_packing(const Blocks& blocks, const Overlaps& overlaps, const Packed& packed) {
  CHECK(packed.bound <= packed.bytes);
  std::int64_t end = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    bool alone = true;
    for (std::size_t j = 0; j < i; ++j) alone = alone && apart(blocks, overlaps, i, j);
    CHECK(alone);
    CHECK(blocks[i].offset >= 0);
    CHECK(blocks[i].offset % blocks[i].alignment == 0);
    end = std::max(end, blocks[i].offset + blocks[i].bytes);
  }
  CHECK(packed.bytes == end);
}

/// Tries all offsets of the blocks from `next` on in an arena of so many bytes.
bool any_packing(Blocks& blocks, const Overlaps& overlaps, std::int64_t bytes, std::size_t next) {
  if (next == blocks.size()) return true;
  Block& block = blocks[next];
  for (block.offset = 0; block.offset + block.bytes <= bytes; block.offset += block.alignment) {
    bool free = true;
    for (std::size_t i = 0; i < next && free; ++i) free = apart(blocks, overlaps, i, next);
    if (free && any_packing(blocks, overlaps, bytes, next + 1)) return true;
  }
  return false;
}

std::int64_t fewest_bytes(Blocks blocks, const Overlaps& overlaps) {
  std::int64_t bytes = 0;
  while (!any_packing(blocks, overlaps, bytes, 0)) ++bytes;
  return bytes;
}

int draw(std::mt19937& random, int n) {
  return static_cast<int>(random() % static_cast<unsigned>(n));
}

Blocks random_blocks(std::mt19937& random, int count, int steps, int longest, int bytes,
                     int alignments) {
  Blocks blocks(static_cast<std::size_t>(count));
  for (Block& block : blocks) {
    block.first = draw(random, steps);
    block.last = std::min(steps - 1, block.first + draw(random, longest));
    block.bytes = draw(random, bytes + 1);
    block.alignment = 1 << draw(random, alignments);
  }
  return blocks;
}

Overlaps random_overlaps(std::mt19937& random, const Blocks& blocks) {
  Overlaps overlaps;
  for (std::size_t lower = 0; lower < blocks.size(); ++lower)
    for (std::size_t upper = 0; upper < blocks.size(); ++upper)
      if (lower != upper && draw(random, 6) == 0)
        overlaps.push_back({lower, upper, draw(random, static_cast<int>(blocks[lower].bytes) + 2)});
  return overlaps;
}

/// Lifetimes and sizes as of a network: a chain of layers, some with scratch, some whose outputs
/// reach over their inputs, some whose inputs are added again later.
struct Network {
  Blocks blocks = {{.bytes = 10'000, .alignment = 4}};
  Overlaps overlaps;
};

Network random_network(std::mt19937& random, std::size_t count) {
  Network network;
  Blocks& blocks = network.blocks;
  std::size_t input = 0;
  for (std::int32_t step = 0; blocks.size() < count; ++step) {
    const int scale = 25 + draw(random, 150) + (draw(random, 6) == 0 ? 150 : 0);
    const std::int64_t bytes =
        std::clamp<std::int64_t>(blocks[input].bytes * scale / 100, 10, 50'000);
    blocks[input].last = std::max(blocks[input].last, step);
    if (draw(random, 2) == 0)
      blocks.push_back({.bytes = 1 + draw(random, static_cast<int>(bytes / 4 + 40)),
                        .alignment = 4,
                        .first = step,
                        .last = step});
    blocks.push_back({.bytes = bytes,
                      .alignment = draw(random, 16) == 0 ? 8 : 4,
                      .first = step,
                      .last = step + (draw(random, 4) == 0 ? 1 + draw(random, 8) : 1)});
    const std::size_t output = blocks.size() - 1;
    if (blocks[input].last == step && draw(random, 2) == 0)
      network.overlaps.push_back({output, input, draw(random, static_cast<int>(bytes))});
    input = output;
  }
  return network;
}

/// An arena cut up into blocks that fill it: at a step, or at a multiple of 4 bytes.
Blocks cut_up(std::mt19937& random, std::size_t count, std::int64_t bytes, std::int32_t steps) {
  Blocks blocks = {{.bytes = bytes, .alignment = 4, .first = 0, .last = steps - 1}};
  while (blocks.size() < count) {
    Block& block = blocks[random() % blocks.size()];
    Block rest = block;
    if (draw(random, 3) == 0 && block.bytes > 4) {
      block.bytes = 4 * (1 + draw(random, static_cast<int>(block.bytes / 4) - 1));
      rest.bytes -= block.bytes;
    } else if (block.first < block.last) {
      block.last = block.first + draw(random, block.last - block.first);
      rest.first = block.last + 1;
    } else {
      continue;
    }
    blocks.push_back(rest);
  }
  std::shuffle(blocks.begin(), blocks.end(), random);
  return blocks;
}

/// Eight blocks, of which at most 6 bytes are alive at a time, but which do not fit into 6: found
/// by trying all offsets of random ones.
Blocks eight_that_do_not_fit(std::int64_t scale, std::int32_t first_step) {
  const Blocks blocks = {
      {.bytes = 1, .first = 1, .last = 2}, {.bytes = 3, .first = 4, .last = 5},
      {.bytes = 3, .first = 3, .last = 4}, {.bytes = 3, .first = 0, .last = 1},
      {.bytes = 2, .first = 2, .last = 3}, {.bytes = 1, .first = 0, .last = 1},
      {.bytes = 2, .first = 0, .last = 0}, {.bytes = 1, .first = 1, .last = 3},
  };
  Blocks scaled = blocks;
  for (Block& block : scaled) {
    block.bytes *= scale;
    block.first += first_step;
    block.last += first_step;
  }
  return scaled;
}

/// Packs and checks random blocks; counts those proven optimal.
struct Tally {
  int proven = 0;
  int above_sum = 0;  ///< proven to need more than the largest sum
  double worst = 0;   ///< seconds

  void add(Blocks blocks, const Overlaps& overlaps, std::int64_t bound) {
    const std::clock_t start = std::clock();
    const Packed packed = pack(blocks, overlaps, bound);
    worst = std::max(worst, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    check_packing(blocks, overlaps, packed);
    CHECK(packed.bound >= bound);
    proven += packed.bytes == packed.bound;
    above_sum += packed.bound > largest_sum(blocks);
  }
};

}  // namespace

TEST_CASE("an output leads the input that it reaches over", "[plan]") {
  // 100 bytes become 160, the first of which is written when 10 bytes have been read.
  Blocks blocks = {{.bytes = 100, .alignment = 4, .first = 0, .last = 0},
                   {.bytes = 160, .alignment = 4, .first = 0, .last = 1}};
  CHECK(pack(blocks, {{.lower = 1, .upper = 0, .lead = 90}}, 190).bytes == 192);
  CHECK(blocks[0].offset == 92);
  CHECK(blocks[1].offset == 0);
  CHECK(pack(blocks, {}, 260).bytes == 260);
  CHECK(apart(blocks, {}, 0, 1));
}

TEST_CASE("a block reaches over several, and others over it", "[plan]") {
  Blocks blocks = {{.bytes = 40}, {.bytes = 40}, {.bytes = 100}, {.bytes = 30}};
  const Overlaps overlaps = {{.lower = 2, .upper = 0, .lead = 20},
                             {.lower = 2, .upper = 1, .lead = 60},
                             {.lower = 3, .upper = 2, .lead = 10}};
  const Packed packed = pack(blocks, overlaps, 0);
  check_packing(blocks, overlaps, packed);
  // The last begins, 10 bytes before the third; over that, from 20 and 60 bytes on, lie both
  // others.
  CHECK(packed.bytes == 110);
  CHECK(packed.bound == 110);
}

TEST_CASE("nothing to pack, and blocks without bytes", "[plan]") {
  Blocks blocks;
  CHECK(pack(blocks, {}, 0).bytes == 0);
  blocks = {{.bytes = 0, .alignment = 4, .offset = 3}, {.bytes = 0, .alignment = 4}};
  CHECK(pack(blocks, {{.lower = 0, .upper = 1}}, 0).bytes == 0);
  CHECK(blocks[0].offset == 0);
  blocks.push_back({.bytes = 5, .alignment = 4});
  const Packed packed = pack(blocks, {{.lower = 0, .upper = 2}}, 5);
  CHECK(packed.bytes == 5);
  CHECK(packed.bound == 5);
}

TEST_CASE("few blocks take as few bytes as trying all offsets finds", "[plan]") {
  std::mt19937 random(1);
  int above_sum = 0, below_sum = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    const int alignments = trial % 2 == 0 ? 1 : 3;
    Blocks blocks = random_blocks(random, 1 + draw(random, 6), 4, 3, 5, alignments);
    const Overlaps overlaps = trial % 3 == 0 ? Overlaps{} : random_overlaps(random, blocks);
    const std::int64_t fewest = fewest_bytes(blocks, overlaps);
    const Packed packed = pack(blocks, overlaps, 0);
    CAPTURE(trial);
    check_packing(blocks, overlaps, packed);
    CHECK(packed.bytes == fewest);
    CHECK(packed.bound == fewest);
    above_sum += fewest > largest_sum(blocks);
    below_sum += fewest < largest_sum(blocks);
  }
  CHECK(above_sum > 200);  // alignments matter
  CHECK(below_sum > 300);  // overlaps matter
}

TEST_CASE("blocks that need more than the largest sum are proven to", "[plan]") {
  Blocks blocks = eight_that_do_not_fit(1, 0);
  CHECK(largest_sum(blocks) == 6);
  CHECK(fewest_bytes(blocks, {}) == 7);
  const Packed packed = pack(blocks, {}, 6);
  check_packing(blocks, {}, packed);
  CHECK(packed.bytes == 7);
  CHECK(packed.bound == 7);

  // The same in larger units, several times, joined by a block that is alive throughout.
  blocks = {{.bytes = 1000, .first = 0, .last = 59}};
  for (std::int32_t copy = 0; copy < 10; ++copy)
    for (const Block& block : eight_that_do_not_fit(100 + copy, 6 * copy)) blocks.push_back(block);
  CHECK(largest_sum(blocks) == 1654);
  const Packed joined = pack(blocks, {}, 1654);
  check_packing(blocks, {}, joined);
  CHECK(joined.bytes == 1763);
  CHECK(joined.bound == 1763);
}

TEST_CASE("a cut-up arena is put together again", "[plan]") {
  std::mt19937 random(1);
  int whole = 0;
  constexpr int trials = 100;
  for (int trial = 0; trial < trials; ++trial) {
    const std::int64_t bytes = 400 + 4 * draw(random, 100);
    Blocks blocks = cut_up(random, 60, bytes, 20);
    CAPTURE(trial);
    const Packed packed = pack(blocks, {}, 0);
    check_packing(blocks, {}, packed);
    CHECK(packed.bound == bytes);  // neither less nor, if no such packing was found, more
    whole += packed.bytes == bytes;
  }
  CHECK(whole >= trials * 9 / 10);
}

TEST_CASE("alignment is a part of the bound", "[plan]") {
  Blocks blocks;
  for (std::int64_t bytes = 101; bytes < 180; bytes += 4)
    blocks.push_back({.bytes = bytes, .alignment = 4});
  blocks[7].bytes += 1;
  // Alive at a later step too, which is not the fullest.
  blocks.push_back({.bytes = 8, .alignment = 4, .first = 0, .last = 1});
  blocks.push_back({.bytes = 8, .alignment = 4, .first = 1, .last = 1});
  const Packed packed = pack(blocks, {}, largest_sum(blocks));
  // 19 blocks end 3 bytes, one 2 bytes before a multiple of 4; one of the 19 lies on top.
  CHECK(packed.bytes == largest_sum(blocks) + 18 * 3 + 2);
  CHECK(packed.bound == packed.bytes);
}

TEST_CASE("the packing of a network's 100 buffers is proven optimal", "[plan]") {
  std::mt19937 random(1);
  Tally tally;
  constexpr int trials = 200;
  for (int trial = 0; trial < trials; ++trial) {
    const Network network = random_network(random, 100);
    tally.add(network.blocks, network.overlaps, 0);
  }
  INFO(tally.proven << " proven, " << tally.above_sum << " above the sum, " << tally.worst << " s");
  CHECK(tally.proven == trials);
}

TEST_CASE("the packing of 100 blocks of any lifetimes is seldom not proven optimal", "[plan]") {
  std::mt19937 random(1);
  Tally tally;
  constexpr int trials = 100;
  for (int trial = 0; trial < trials; ++trial) {
    const Blocks blocks = random_blocks(random, 100, 50, 8, 1000, 1);
    tally.add(blocks, {}, largest_sum(blocks));
  }
  INFO(tally.proven << " proven, " << tally.above_sum << " above the sum, " << tally.worst << " s");
  CHECK(tally.proven >= trials * 97 / 100);
}

TEST_CASE("1,500 blocks are packed by the same rules", "[plan]") {
  std::mt19937 random(1);
  Tally tally;
  for (int trial = 0; trial < 3; ++trial) {
    const Network network = random_network(random, 1500);
    tally.add(network.blocks, network.overlaps, 0);
  }
  INFO(tally.worst << " s");
  CHECK(tally.proven == 3);
}

TEST_CASE("the search ends, and its bound holds, where it cannot prove", "[plan]") {
  std::mt19937 random(1);
  Tally tally;
  for (int trial = 0; trial < 2; ++trial)
    tally.add(random_blocks(random, 150, 30, 20, 1000, 6), {}, 0);
  INFO(tally.worst << " s");
  CHECK(tally.proven == 0);
}

TEST_CASE("a packing is the same every time", "[plan]") {
  std::mt19937 random(3);
  Blocks blocks = random_blocks(random, 100, 50, 8, 1000, 2);
  Blocks again = blocks;
  for (Block& block : again) block.offset = 12;  // what was there before does not matter
  pack(blocks, {}, 0);
  pack(again, {}, 0);
  for (std::size_t i = 0; i < blocks.size(); ++i) CHECK(blocks[i].offset == again[i].offset);
}
