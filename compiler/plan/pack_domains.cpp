// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/pack_domains.h"

#include <algorithm>

namespace smelt {
namespace {

/// Steps at which blocks are alive that are not all alive at another step: the last starts before
/// something ends.
std::vector<std::int32_t> crowded_steps(const std::vector<Block>& blocks) {
  std::vector<std::int32_t> ends, steps;
  for (const Block& block : blocks) ends.push_back(block.last);
  std::sort(ends.begin(), ends.end());
  for (const Block& block : blocks) {
    if (!steps.empty()) {
      const auto end = std::lower_bound(ends.begin(), ends.end(), steps.back());
      if (end == ends.end() || *end >= block.first) steps.pop_back();
    }
    steps.push_back(block.first);
  }
  return steps;
}

}  // namespace

PackDomains::PackDomains(const PackProblem& problem)
    : problem_(problem),
      pairs_of_(problem.size()),
      overlaps_of_(problem.size()),
      times_of_(problem.size()),
      blame_(problem.size()),
      block_to_do_(problem.size()),
      counted_(problem.size()) {
  unit_ = problem[0].alignment;
  for (const Block& block : problem.blocks())
    unit_ = std::min<std::int64_t>(unit_, block.alignment);
  for (const Block& block : problem.blocks()) rounded_.push_back(aligned(block.bytes, unit_));
  pair_up();
  divide_time();
}

void PackDomains::pair_up() {
  for (std::uint32_t i = 0; i < problem_.size(); ++i)
    for (const std::uint32_t j : problem_.neighbours(i)) {
      if (j <= i || !overlap_in_time(problem_[i], problem_[j])) continue;
      const auto pair = static_cast<std::uint32_t>(pairs_.size());
      pairs_.push_back(
          {i, j, aligned(problem_.distance(i, j), unit_), aligned(problem_.distance(j, i), unit_)});
      const bool reach = pairs_.back().up < rounded_[i] || pairs_.back().down < rounded_[j];
      for (const std::uint32_t block : {i, j}) {
        pairs_of_[block].push_back(pair);
        if (reach) overlaps_of_[block].push_back(pair);
      }
    }
}

void PackDomains::divide_time() {
  const std::vector<std::int32_t> steps = crowded_steps(problem_.blocks());
  live_.resize(steps.size());
  time_to_do_.resize(steps.size());
  for (std::uint32_t i = 0; i < problem_.size(); ++i) {
    const auto from = std::lower_bound(steps.begin(), steps.end(), problem_[i].first);
    for (auto step = from; step != steps.end() && *step <= problem_[i].last; ++step) {
      const auto time = static_cast<std::uint32_t>(step - steps.begin());
      times_of_[i].push_back(time);
      live_[time].push_back(i);
    }
  }
}

bool PackDomains::start(std::int64_t bytes) {
  changes_.clear();
  lowest_.assign(problem_.size(), 0);
  highest_.clear();
  orders_.assign(pairs_.size(), PackOrder::open);
  for (std::uint32_t i = 0; i < problem_.size(); ++i) {
    highest_.push_back(aligned_down(bytes - problem_[i].bytes, problem_[i].alignment));
    if (highest_[i] < 0) return false;
  }
  for (std::uint32_t i = 0; i < problem_.size(); ++i) changed(i);
  for (std::uint32_t pair = 0; pair < pairs_.size(); ++pair)
    if (identical(pairs_[pair])) orders_[pair] = PackOrder::first_below;
  return propagate(true);
}

/// Blocks that could be exchanged in any packing: one of both orders will do.
bool PackDomains::identical(const PackPair& pair) const {
  const Block &a = problem_[pair.first], &b = problem_[pair.second];
  return a.first == b.first && a.last == b.last && a.bytes == b.bytes &&
         a.alignment == b.alignment && overlaps_of_[pair.first].empty() &&
         overlaps_of_[pair.second].empty();
}

bool PackDomains::decide(std::uint32_t pair, PackOrder order) {
  return propagate(set(pair, order));
}

void PackDomains::take_back(std::size_t mark) {
  for (; changes_.size() > mark; changes_.pop_back()) {
    const Change& change = changes_.back();
    if (change.of == Change::Of::lowest) lowest_[change.index] = change.before;
    if (change.of == Change::Of::highest) highest_[change.index] = change.before;
    if (change.of == Change::Of::order) orders_[change.index] = PackOrder::open;
  }
}

bool PackDomains::clash(std::uint32_t pair) const {
  const PackPair& p = pairs_[pair];
  return orders_[pair] == PackOrder::open && lowest_[p.first] + p.up > lowest_[p.second] &&
         lowest_[p.second] + p.down > lowest_[p.first];
}

std::int64_t PackDomains::slack_up(const PackPair& pair) const {
  return highest_[pair.second] - lowest_[pair.first] - pair.up;
}

std::int64_t PackDomains::slack_down(const PackPair& pair) const {
  return highest_[pair.first] - lowest_[pair.second] - pair.down;
}

/// Decides on a pair, if it is open, and keeps its blocks apart.
bool PackDomains::set(std::uint32_t pair, PackOrder order) {
  if (orders_[pair] == PackOrder::open) changes_.push_back({Change::Of::order, pair, 0});
  orders_[pair] = order;
  const PackPair& p = pairs_[pair];
  if (order == PackOrder::first_below)
    return at_least(p.second, lowest_[p.first] + p.up) &&
           at_most(p.first, highest_[p.second] - p.up);
  return at_least(p.first, lowest_[p.second] + p.down) &&
         at_most(p.second, highest_[p.first] - p.down);
}

bool PackDomains::at_least(std::uint32_t block, std::int64_t offset) {
  offset = aligned(offset, problem_[block].alignment);
  if (offset <= lowest_[block]) return true;
  changes_.push_back({Change::Of::lowest, block, lowest_[block]});
  lowest_[block] = offset;
  return changed(block);
}

bool PackDomains::at_most(std::uint32_t block, std::int64_t offset) {
  offset = aligned_down(offset, problem_[block].alignment);
  if (offset >= highest_[block]) return true;
  changes_.push_back({Change::Of::highest, block, highest_[block]});
  highest_[block] = offset;
  return changed(block);
}

bool PackDomains::changed(std::uint32_t block) {
  if (!block_to_do_[block]) blocks_to_do_.push_back(block);
  block_to_do_[block] = 1;
  if (lowest_[block] <= highest_[block]) return true;
  ++blame_[block];
  return false;
}

/// Follows changes to their consequences, if those so far are `possible`.
bool PackDomains::propagate(bool possible) {
  while (possible && work > 0 && !(blocks_to_do_.empty() && times_to_do_.empty())) {
    // Pairs first: they cost less, and leave fewer times to look at.
    std::vector<std::uint32_t>& to_do = blocks_to_do_.empty() ? times_to_do_ : blocks_to_do_;
    const std::uint32_t next = to_do.back();
    to_do.pop_back();
    if (&to_do == &blocks_to_do_) {
      block_to_do_[next] = 0;
      possible = look_at_pairs(next);
    } else {
      time_to_do_[next] = 0;
      possible = !crowded(next);
    }
  }
  for (const std::uint32_t block : blocks_to_do_) block_to_do_[block] = 0;
  for (const std::uint32_t time : times_to_do_) time_to_do_[time] = 0;
  blocks_to_do_.clear();
  times_to_do_.clear();
  return possible;
}

bool PackDomains::look_at_pairs(std::uint32_t block) {
  for (const std::uint32_t time : times_of_[block]) {
    if (!time_to_do_[time]) times_to_do_.push_back(time);
    time_to_do_[time] = 1;
  }
  work -= std::ssize(pairs_of_[block]);
  return std::all_of(pairs_of_[block].begin(), pairs_of_[block].end(),
                     [&](std::uint32_t pair) { return look_at(pair); });
}

bool PackDomains::look_at(std::uint32_t pair) {
  if (orders_[pair] != PackOrder::open) return set(pair, orders_[pair]);
  const PackPair& p = pairs_[pair];
  const bool up = slack_up(p) >= 0, down = slack_down(p) >= 0;
  if (up && down) return true;
  if (up) return set(pair, PackOrder::first_below);
  if (down) return set(pair, PackOrder::second_below);
  ++blame_[p.first];
  ++blame_[p.second];
  return false;
}

/// Whether some blocks alive at a time have no room between the lowest and the highest byte that
/// any of them may take.
bool PackDomains::crowded(std::uint32_t time) {
  std::vector<std::uint32_t>& live = live_[time];
  std::sort(live.begin(), live.end(), [&](std::uint32_t a, std::uint32_t b) {
    return lowest_[a] != lowest_[b] ? lowest_[a] > lowest_[b] : a < b;
  });
  work -= std::ssize(live) * std::ssize(live);
  return std::any_of(live.begin(), live.end(), [&](std::uint32_t block) {
    return crowded(live, highest_[block] + rounded_[block]);
  });
}

/// The same of the blocks that end at `end` at most. They are in descending order of their lowest
/// offsets. Each counts with what it cannot share with those before it.
bool PackDomains::crowded(const std::vector<std::uint32_t>& live, std::int64_t end) {
  std::int64_t load = 0;
  bool too_many = false;
  for (const std::uint32_t block : live) {
    if (highest_[block] + rounded_[block] > end) continue;
    std::int64_t alone = rounded_[block];
    for (const std::uint32_t pair : overlaps_of_[block])
      if (counted_[pairs_[pair].first] || counted_[pairs_[pair].second])
        alone -= most_shared(pairs_[pair]);
    counted_[block] = 1;
    load += std::max<std::int64_t>(0, alone);
    too_many = lowest_[block] + load > end;
    if (too_many) break;
  }
  for (const std::uint32_t block : live) {
    blame_[block] += too_many && counted_[block];
    counted_[block] = 0;
  }
  return too_many;
}

std::int64_t PackDomains::most_shared(const PackPair& pair) const {
  const auto shared = [&](std::uint32_t lower, std::uint32_t upper, std::int64_t distance) {
    return std::min({highest_[lower] + rounded_[lower] - lowest_[upper], rounded_[lower] - distance,
                     rounded_[upper]});
  };
  return std::max({std::int64_t{0}, shared(pair.first, pair.second, pair.up),
                   shared(pair.second, pair.first, pair.down)});
}

}  // namespace smelt
