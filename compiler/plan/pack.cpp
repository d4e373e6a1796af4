// SPDX-License-Identifier: Apache-2.0
//
// Blocks are placed one after the other, each as low as those already placed allow. Which order is
// best is searched: from several that are usually good, then by moving blocks at the top forward.
#include "compiler/plan/pack.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <optional>
#include <random>
#include <utility>

namespace smelt {
namespace {

using Order = std::vector<std::size_t>;

/// Moves that are tried at most; fewer of many blocks, whose placing takes the square of their
/// number.
constexpr std::size_t most_moves = 2000, most_work = 4'000'000;

std::int64_t aligned(std::int64_t offset, std::int32_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

class Packing {
 public:
  Packing(std::vector<Block>& blocks, const std::vector<Overlap>& overlaps)
      : blocks_(blocks), reaches_(blocks.size()) {
    for (const Overlap& overlap : overlaps) reaches_[overlap.lower] = overlap;
  }

  std::int64_t place(const Order& order) {
    Order placed;
    std::int64_t size = 0;
    for (const std::size_t i : order) {
      blocks_[i].offset = blocks_[i].bytes == 0 ? 0 : lowest_offset(placed, i);
      size = std::max(size, blocks_[i].offset + blocks_[i].bytes);
      placed.push_back(i);
    }
    return size;
  }

 private:
  /// How far the offset of `lower` must be below that of `upper`, if it is below it.
  std::int64_t distance(std::size_t lower, std::size_t upper) const {
    const std::optional<Overlap>& reach = reaches_[lower];
    if (reach && reach->upper == upper) return std::min(reach->lead, blocks_[lower].bytes);
    return blocks_[lower].bytes;
  }

  std::int64_t lowest_offset(const Order& placed, std::size_t block) const {
    std::vector<std::pair<std::int64_t, std::int64_t>> taken;  // what offsets must not be between
    for (const std::size_t i : placed)
      if (blocks_[i].bytes > 0 && overlap_in_time(blocks_[i], blocks_[block]))
        taken.emplace_back(blocks_[i].offset - distance(block, i),
                           blocks_[i].offset + distance(i, block));
    std::sort(taken.begin(), taken.end());
    std::int64_t offset = 0;
    for (const auto& [most, least] : taken) {
      if (offset <= most) break;
      offset = std::max(offset, aligned(least, blocks_[block].alignment));
    }
    return offset;
  }

  std::vector<Block>& blocks_;
  std::vector<std::optional<Overlap>> reaches_;  // by the lower block, which has one at most
};

/// Bytes of all blocks alive together with each.
std::vector<std::int64_t> contention(const std::vector<Block>& blocks) {
  std::vector<std::int64_t> sums(blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i)
    for (const Block& other : blocks)
      if (overlap_in_time(blocks[i], other)) sums[i] += other.bytes;
  return sums;
}

/// Orders that are usually good: large, long-lived or contended blocks first, or the last ones.
std::vector<Order> usual_orders(const std::vector<Block>& blocks) {
  const std::vector<std::int64_t> contended = contention(blocks);
  const auto span = [&](std::size_t i) { return blocks[i].last - blocks[i].first; };
  const std::function<std::int64_t(std::size_t)> keys[] = {
      [&](std::size_t i) { return blocks[i].bytes; },
      [&](std::size_t i) { return (std::int64_t{span(i)} << 32) + blocks[i].bytes; },
      [&](std::size_t i) { return contended[i]; },
      [&](std::size_t i) { return std::int64_t{blocks[i].first}; },
      [&](std::size_t i) { return -std::int64_t{blocks[i].first}; },
  };
  std::vector<Order> orders;
  for (const auto& key : keys) {
    Order order(blocks.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(key(b), a) < std::pair(key(a), b);
    });
    orders.push_back(std::move(order));
  }
  return orders;
}

}  // namespace

bool overlap_in_time(const Block& a, const Block& b) {
  return a.first <= b.last && b.first <= a.last;
}

std::int64_t pack(std::vector<Block>& blocks, const std::vector<Overlap>& overlaps,
                  std::int64_t bound) {
  if (blocks.empty()) return 0;
  Packing packing(blocks, overlaps);
  Order best;
  std::int64_t best_size = 0;
  for (Order& order : usual_orders(blocks)) {
    const std::int64_t size = packing.place(order);
    if (!best.empty() && size >= best_size) continue;
    best = std::move(order);
    best_size = size;
  }
  std::minstd_rand random;  // the same moves every time
  const auto any = [&](const Order& order) {
    return static_cast<std::ptrdiff_t>(random() % order.size());
  };
  const std::size_t moves = std::min(most_moves, most_work / (blocks.size() * blocks.size()));
  for (std::size_t i = 0; i < moves && best_size > bound; ++i) {
    packing.place(best);
    const auto highest = std::max_element(best.begin(), best.end(), [&](auto a, auto b) {
      return blocks[a].offset + blocks[a].bytes < blocks[b].offset + blocks[b].bytes;
    });
    // Now and then another than the highest: it may stand in its way.
    const std::ptrdiff_t from = i % 2 == 0 ? highest - best.begin() : any(best);
    Order order = best;
    const std::size_t block = best[static_cast<std::size_t>(from)];
    order.erase(order.begin() + from);
    const std::ptrdiff_t to = any(best);
    order.insert(order.begin() + std::min<std::ptrdiff_t>(to, std::ssize(order)), block);
    const std::int64_t size = packing.place(order);
    if (size > best_size) continue;
    best = std::move(order);
    best_size = size;
  }
  return packing.place(best);
}

}  // namespace smelt
