// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/pack_heuristic.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>

namespace smelt {
namespace {

using Order = std::vector<std::size_t>;

/// What the moves may cost: each of them looks at every pair of blocks that are alive together.
constexpr std::int64_t most_work = 8'000'000;
constexpr std::int64_t most_moves = 2000;

class Placing {
 public:
  explicit Placing(const PackProblem& problem) : problem_(problem), offsets(problem.size()) {}

  /// Places blocks in this order, each as low as those before it allow; the arena's size.
  std::int64_t place(const Order& order) {
    std::fill(offsets.begin(), offsets.end(), not_placed);
    std::int64_t size = 0;
    for (const std::size_t i : order) {
      offsets[i] = lowest_offset(i);
      size = std::max(size, top(i));
    }
    return size;
  }

  std::int64_t top(std::size_t block) const { return offsets[block] + problem_[block].bytes; }
  std::int64_t work() const { return work_; }

 private:
  static constexpr std::int64_t not_placed = -1;

  std::int64_t lowest_offset(std::size_t block) {
    taken_.clear();
    for (const std::size_t i : problem_.neighbours(block))
      if (offsets[i] != not_placed && overlap_in_time(problem_[i], problem_[block]))
        taken_.emplace_back(offsets[i] - problem_.distance(block, i),
                            offsets[i] + problem_.distance(i, block));
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
  std::vector<std::pair<std::int64_t, std::int64_t>> taken_;  // offsets must not be between these
  std::int64_t work_ = 0;

 public:
  std::vector<std::int64_t> offsets;  ///< by block
};

/// Bytes of all blocks alive together with each: all but those that end before or begin after it.
std::vector<std::int64_t> contention(const PackProblem& problem) {
  std::vector<std::int64_t> sums(problem.size());
  for (std::size_t i = 0; i < problem.size(); ++i)
    for (const std::size_t j : problem.neighbours(i))
      if (j != i && overlap_in_time(problem[i], problem[j])) sums[i] += problem[j].bytes;
  return sums;
}

/// Orders that are usually good: large, long-lived or contended blocks first, or the last ones.
std::vector<Order> usual_orders(const PackProblem& problem) {
  const std::vector<std::int64_t> contended = contention(problem);
  const auto span = [&](std::size_t i) { return problem[i].last - problem[i].first; };
  const std::function<std::int64_t(std::size_t)> keys[] = {
      [&](std::size_t i) { return problem[i].bytes; },
      [&](std::size_t i) { return (std::int64_t{span(i)} << 32) + problem[i].bytes; },
      [&](std::size_t i) { return contended[i] + problem[i].bytes; },
      [&](std::size_t i) { return std::int64_t{problem[i].first}; },
      [&](std::size_t i) { return -std::int64_t{problem[i].first}; },
  };
  std::vector<Order> orders;
  for (const auto& key : keys) {
    Order order(problem.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(key(b), a) < std::pair(key(a), b);
    });
    orders.push_back(std::move(order));
  }
  return orders;
}

/// `best` with one block moved to another place: one at the top of the arena or, now and then,
/// any other, which may stand in its way.
Order moved(const Order& best, std::size_t highest, bool any, std::minstd_rand& random) {
  const auto from = any ? static_cast<std::ptrdiff_t>(random() % best.size())
                        : std::find(best.begin(), best.end(), highest) - best.begin();
  const auto to = static_cast<std::ptrdiff_t>(random() % best.size());
  Order order = best;
  const auto begin = order.begin();
  if (from < to)
    std::rotate(begin + from, begin + from + 1, begin + to + 1);
  else
    std::rotate(begin + to, begin + from, begin + from + 1);
  return order;
}

}  // namespace

std::int64_t pack_heuristically(const PackProblem& problem, std::int64_t bound,
                                std::vector<std::int64_t>& offsets) {
  Placing placing(problem);
  Order best;
  std::int64_t size = 0;
  const auto keep_if_better = [&](Order&& order) {
    const std::int64_t bytes = placing.place(order);
    if (!best.empty() && bytes > size) return;
    best = std::move(order);
    size = bytes;
    offsets = placing.offsets;
  };
  for (Order& order : usual_orders(problem)) keep_if_better(std::move(order));
  const auto top = [&](std::size_t i) { return offsets[i] + problem[i].bytes; };
  std::minstd_rand random;  // the same moves every time
  for (std::int64_t i = 0; i < most_moves && placing.work() < most_work && size > bound; ++i) {
    const std::size_t highest = *std::max_element(
        best.begin(), best.end(), [&](auto a, auto b) { return top(a) < top(b); });
    keep_if_better(moved(best, highest, i % 2 == 1, random));
  }
  return size;
}

}  // namespace smelt
