// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/pack.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace smelt {
namespace {

using Order = std::vector<std::size_t>;

std::int64_t aligned(std::int64_t offset, std::int32_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

/// The lowest offset at which `block` touches none of the placed blocks alive with it.
std::int64_t lowest_offset(const std::vector<Block>& blocks, const Order& placed,
                           const Block& block) {
  std::vector<std::pair<std::int64_t, std::int64_t>> taken;
  for (const std::size_t i : placed)
    if (overlap_in_time(blocks[i], block))
      taken.emplace_back(blocks[i].offset, blocks[i].offset + blocks[i].bytes);
  std::sort(taken.begin(), taken.end());
  std::int64_t offset = 0;
  for (const auto& [begin, end] : taken) {
    if (offset + block.bytes <= begin) break;
    offset = std::max(offset, aligned(end, block.alignment));
  }
  return offset;
}

std::int64_t place(std::vector<Block>& blocks, const Order& order) {
  Order placed;
  std::int64_t size = 0;
  for (const std::size_t i : order) {
    blocks[i].offset = blocks[i].bytes == 0 ? 0 : lowest_offset(blocks, placed, blocks[i]);
    size = std::max(size, blocks[i].offset + blocks[i].bytes);
    placed.push_back(i);
  }
  return size;
}

/// Bytes of all blocks alive together with each.
std::vector<std::int64_t> contention(const std::vector<Block>& blocks) {
  std::vector<std::int64_t> sums(blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i)
    for (const Block& other : blocks)
      if (overlap_in_time(blocks[i], other)) sums[i] += other.bytes;
  return sums;
}

}  // namespace

bool overlap_in_time(const Block& a, const Block& b) { return a.first <= b.last && b.first <= a.last; }

std::int64_t pack(std::vector<Block>& blocks) {
  const std::vector<std::int64_t> contended = contention(blocks);
  const auto span = [&](std::size_t i) { return blocks[i].last - blocks[i].first; };
  const std::function<std::int64_t(std::size_t)> keys[] = {
      [&](std::size_t i) { return blocks[i].bytes; },
      [&](std::size_t i) { return (std::int64_t{span(i)} << 32) + blocks[i].bytes; },
      [&](std::size_t i) { return contended[i]; },
      [&](std::size_t i) { return -std::int64_t{blocks[i].first}; },
  };
  std::vector<Block> best;
  std::int64_t best_size = 0;
  for (const auto& key : keys) {
    Order order(blocks.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(key(b), a) < std::pair(key(a), b);
    });
    std::vector<Block> candidate = blocks;
    const std::int64_t size = place(candidate, order);
    if (best.empty() || size < best_size) {
      best = std::move(candidate);
      best_size = size;
    }
  }
  blocks = std::move(best);
  return best_size;
}

}  // namespace smelt
