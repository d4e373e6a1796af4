// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/pack_heuristic.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <random>
#include <utility>

namespace smelt {
namespace {

using Order = std::vector<std::size_t>;

/// Pairs of blocks that moves may look at: of many blocks, fewer moves are tried.
constexpr std::int64_t most_work = 8'000'000;
constexpr int most_moves = 2000;

class Placing {
 public:
  explicit Placing(const PackProblem& problem) : problem_(problem), offsets_(problem.size()) {}

  /// Places blocks in this order; the arena's size.
  std::int64_t place(const Order& order) {
    std::fill(offsets_.begin(), offsets_.end(), not_placed);
    std::int64_t size = 0;
    for (const std::size_t i : order) {
      offsets_[i] = lowest_offset(i);
      size = std::max(size, offsets_[i] + problem_[i].bytes);
    }
    return size;
  }

  const std::vector<std::int64_t>& offsets() const { return offsets_; }
  /// Pairs of blocks looked at so far.
  std::int64_t work() const { return work_; }

 private:
  static constexpr std::int64_t not_placed = -1;

  std::int64_t lowest_offset(std::size_t block) {
    taken_.clear();
    for (const std::size_t i : problem_.neighbours(block))
      if (offsets_[i] != not_placed && overlap_in_time(problem_[i], problem_[block]))
        taken_.emplace_back(offsets_[i] - problem_.distance(block, i),
                            offsets_[i] + problem_.distance(i, block));
    work_ += std::ssize(problem_.neighbours(block));
    std::sort(taken_.begin(), taken_.end());
    std::int64_t offset = 0;
    for (const auto& [most, least] : taken_) {
      if (offset <= most) break;
      offset = std::max(offset, aligned(least, problem_[block].alignment));
    }
    return offset;
  }

  const PackProblem& problem_;
  std::vector<std::int64_t> offsets_;                         // by block
  std::vector<std::pair<std::int64_t, std::int64_t>> taken_;  // what offsets must not be between
  std::int64_t work_ = 0;
};

Order every_block(const PackProblem& problem) {
  Order order(problem.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

/// Bytes of all blocks alive together with each, its own among them.
std::vector<std::int64_t> contention(const PackProblem& problem) {
  std::vector<std::int64_t> sums(problem.size());
  for (std::size_t i = 0; i < problem.size(); ++i) {
    sums[i] = problem[i].bytes;
    for (const std::size_t j : problem.neighbours(i))
      if (j != i && overlap_in_time(problem[i], problem[j])) sums[i] += problem[j].bytes;
  }
  return sums;
}

/// Orders that are usually good: large, long-lived or contended blocks first, or the last ones.
std::vector<Order> usual_orders(const PackProblem& problem) {
  const std::vector<std::int64_t> contended = contention(problem);
  const auto span = [&](std::size_t i) { return problem[i].last - problem[i].first; };
  const std::function<std::int64_t(std::size_t)> keys[] = {
      [&](std::size_t i) { return problem[i].bytes; },
      [&](std::size_t i) { return (std::int64_t{span(i)} << 32) + problem[i].bytes; },
      [&](std::size_t i) { return contended[i]; },
      [&](std::size_t i) { return std::int64_t{problem[i].first}; },
      [&](std::size_t i) { return -std::int64_t{problem[i].first}; },
  };
  std::vector<Order> orders;
  for (const auto& key : keys) {
    Order order = every_block(problem);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(key(b), a) < std::pair(key(a), b);
    });
    orders.push_back(std::move(order));
  }
  return orders;
}

/// `order` with one block at another place.
Order moved(Order order, std::ptrdiff_t from, std::ptrdiff_t to) {
  const auto begin = order.begin();
  if (from < to)
    std::rotate(begin + from, begin + from + 1, begin + to + 1);
  else
    std::rotate(begin + to, begin + from, begin + from + 1);
  return order;
}

}  // namespace

std::int64_t pack_in_usual_orders(const PackProblem& problem, std::int64_t bound,
                                  std::vector<std::int64_t>& offsets) {
  Placing placing(problem);
  std::optional<std::int64_t> best;
  for (const Order& order : usual_orders(problem)) {
    const std::int64_t size = placing.place(order);
    if (best && size >= *best) continue;
    best = size;
    offsets = placing.offsets();
    if (size <= bound) break;
  }
  return *best;
}

std::int64_t pack_by_moves(const PackProblem& problem, std::int64_t bound,
                           std::vector<std::int64_t>& offsets) {
  Placing placing(problem);
  Order best = every_block(problem);
  std::stable_sort(best.begin(), best.end(),
                   [&](std::size_t a, std::size_t b) { return offsets[a] < offsets[b]; });
  std::int64_t size = placing.place(best);
  offsets = placing.offsets();
  const auto lower_top = [&](std::size_t a, std::size_t b) {
    return offsets[a] + problem[a].bytes < offsets[b] + problem[b].bytes;
  };
  std::minstd_rand random;  // the same moves every time
  for (int i = 0; i < most_moves && placing.work() < most_work && size > bound; ++i) {
    const auto any = best.begin() + static_cast<std::ptrdiff_t>(random() % best.size());
    // Now and then another than the highest: it may stand in its way.
    const auto from = i % 2 == 1 ? any : std::max_element(best.begin(), best.end(), lower_top);
    const auto to = static_cast<std::ptrdiff_t>(random() % best.size());
    Order order = moved(best, from - best.begin(), to);
    const std::int64_t bytes = placing.place(order);
    if (bytes > size) continue;
    best = std::move(order);
    size = bytes;
    offsets = placing.offsets();
  }
  return size;
}

}  // namespace smelt
