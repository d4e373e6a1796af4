// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/pack_exact.h"

#include <algorithm>
#include <limits>

namespace smelt {
namespace {
constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max() / 4;
std::int64_t aligned_down(std::int64_t offset, std::int64_t alignment) {
  return offset < 0 ? -1 : offset / alignment * alignment;
}
}  // namespace

PackSearch::PackSearch(const PackProblem& problem)
    : problem_(problem), pairs_of_(problem.size()), overlaps_of_(problem.size()), sections_of_(problem.size()) {
  unit_ = problem[0].alignment;
  for (const Block& block : problem.blocks()) unit_ = std::min<std::int64_t>(unit_, block.alignment);
  for (const Block& block : problem.blocks()) rounded_.push_back(aligned(block.bytes, unit_));
  for (std::uint32_t i = 0; i < problem.size(); ++i)
    for (const std::uint32_t j : problem.neighbours(i)) {
      if (j <= i || !overlap_in_time(problem[i], problem[j])) continue;
      Pair p{i, j, aligned(problem.distance(i, j), unit_), aligned(problem.distance(j, i), unit_), 0};
      p.saved = std::max(std::min(rounded_[i] - p.up, rounded_[j]), std::min(rounded_[j] - p.down, rounded_[i]));
      const auto id = static_cast<std::uint32_t>(pairs_.size());
      pairs_of_[i].push_back(id);
      pairs_of_[j].push_back(id);
      if (p.saved > 0) {
        overlaps_of_[i].push_back(id);
        overlaps_of_[j].push_back(id);
      }
      pairs_.push_back(p);
    }
  std::vector<std::int32_t> starts;
  for (const Block& block : problem_.blocks())
    if (starts.empty() || starts.back() != block.first) starts.push_back(block.first);
  for (const std::int32_t t : starts) {
    std::vector<std::uint32_t> live;
    for (std::uint32_t i = 0; i < problem.size(); ++i)
      if (problem[i].first <= t && t <= problem[i].last) live.push_back(i);
    for (const std::uint32_t i : live) sections_of_[i].push_back(static_cast<std::uint32_t>(sections_.size()));
    sections_.push_back(live);
  }
  weight_.assign(problem.size(), 1);
  queued_.assign(problem.size(), 0);
  in_.assign(problem.size(), 0);
  is_dirty_.assign(sections_.size(), 0);
}

std::int64_t PackSearch::next(std::int64_t bytes) const {
  std::int64_t least = far;
  for (const Block& b : problem_.blocks())
    least = std::min(least, aligned_down(bytes - b.bytes, b.alignment) + b.alignment + b.bytes);
  return least;
}

void PackSearch::touch(std::uint32_t block) {
  if (!queued_[block]) {
    queued_[block] = 1;
    queue_.push_back(block);
  }
}

bool PackSearch::at_least(std::uint32_t block, std::int64_t offset) {
  offset = aligned(offset, problem_[block].alignment);
  if (offset <= early_[block]) return true;
  changes_.push_back({Change::early, block, early_[block]});
  early_[block] = offset;
  touch(block);
  if (offset <= late_[block]) return true;
  blame(block);
  return false;
}

bool PackSearch::at_most(std::uint32_t block, std::int64_t offset) {
  offset = aligned_down(offset, problem_[block].alignment);
  if (offset >= late_[block]) return true;
  changes_.push_back({Change::late, block, late_[block]});
  late_[block] = offset;
  touch(block);
  if (offset >= early_[block]) return true;
  blame(block);
  return false;
}

bool PackSearch::decide(std::uint32_t pair, Order order) {
  const Pair& p = pairs_[pair];
  if (order_[pair] == Order::open) {
    changes_.push_back({Change::order, pair, 0});
    order_[pair] = order;
  }
  if (order == Order::first_below)
    return at_least(p.second, early_[p.first] + p.up) && at_most(p.first, late_[p.second] - p.up);
  return at_least(p.first, early_[p.second] + p.down) && at_most(p.second, late_[p.first] - p.down);
}

bool PackSearch::look_at(std::uint32_t pair) {
  if (order_[pair] != Order::open) return decide(pair, order_[pair]);
  const Pair& p = pairs_[pair];
  const bool up = early_[p.first] + p.up <= late_[p.second];
  const bool down = early_[p.second] + p.down <= late_[p.first];
  if (up && down) return true;
  if (up) return decide(pair, Order::first_below);
  if (down) return decide(pair, Order::second_below);
  blame(p.first);
  blame(p.second);
  return false;
}

std::int64_t PackSearch::saved_by(const Pair& pair) const {
  const std::int64_t up = std::min(late_[pair.first] + rounded_[pair.first] - early_[pair.second],
                                   std::min(rounded_[pair.first] - pair.up, rounded_[pair.second]));
  const std::int64_t down =
      std::min(late_[pair.second] + rounded_[pair.second] - early_[pair.first],
               std::min(rounded_[pair.second] - pair.down, rounded_[pair.first]));
  return std::max<std::int64_t>(0, std::max(up, down));
}

bool PackSearch::overloaded(std::uint32_t section) {
  std::vector<std::uint32_t>& live = sections_[section];
  std::sort(live.begin(), live.end(), [&](auto a, auto b) { return early_[a] > early_[b]; });
  work_ -= std::ssize(live) * std::ssize(live);
  for (const std::uint32_t top : live) {
    const std::int64_t end = late_[top] + rounded_[top];
    std::int64_t load = 0;
    for (const std::uint32_t i : live) {
      if (late_[i] + rounded_[i] > end) continue;
      load += rounded_[i];
      in_[i] = 1;
      for (const std::uint32_t pair : overlaps_of_[i])
        if (in_[pairs_[pair].first] && in_[pairs_[pair].second]) load -= saved_by(pairs_[pair]);
      if (early_[i] + load <= end) continue;
      for (const std::uint32_t j : live) {
        if (in_[j]) blame(j);
        in_[j] = 0;
      }
      return true;
    }
    for (const std::uint32_t i : live) in_[i] = 0;
  }
  return false;
}

bool PackSearch::propagate() {
  bool possible = true;
  while (possible && (!queue_.empty() || !dirty_.empty())) {
    if (!queue_.empty()) {
      const std::uint32_t block = queue_.back();
      queue_.pop_back();
      queued_[block] = 0;
      for (const std::uint32_t section : sections_of_[block])
        if (!is_dirty_[section]) {
          is_dirty_[section] = 1;
          dirty_.push_back(section);
        }
      work_ -= std::ssize(pairs_of_[block]);
      for (const std::uint32_t pair : pairs_of_[block])
        if (!look_at(pair)) {
          possible = false;
          break;
        }
    } else {
      const std::uint32_t section = dirty_.back();
      dirty_.pop_back();
      is_dirty_[section] = 0;
      possible = !overloaded(section);
    }
  }
  for (const auto i : queue_) queued_[i] = 0;
  for (const auto i : dirty_) is_dirty_[i] = 0;
  queue_.clear();
  dirty_.clear();
  return possible;
}

void PackSearch::take_back(std::size_t changes) {
  for (; changes_.size() > changes; changes_.pop_back()) {
    const Change& change = changes_.back();
    if (change.what == Change::early) early_[change.index] = change.before;
    if (change.what == Change::late) late_[change.index] = change.before;
    if (change.what == Change::order) order_[change.index] = Order::open;
  }
}

bool PackSearch::start() {
  changes_.clear();
  decisions_.clear();
  early_.assign(problem_.size(), 0);
  late_.clear();
  order_.assign(pairs_.size(), Order::open);
  for (std::uint32_t i = 0; i < problem_.size(); ++i) {
    late_.push_back(aligned_down(bytes_ - problem_[i].bytes, problem_[i].alignment));
    if (late_[i] < 0) return false;
    touch(i);
  }
  for (std::uint32_t pair = 0; pair < pairs_.size(); ++pair) {
    const Pair& p = pairs_[pair];
    const Block &a = problem_[p.first], &b = problem_[p.second];
    if (a.first == b.first && a.last == b.last && a.bytes == b.bytes &&
        a.alignment == b.alignment && overlaps_of_[p.first].empty() &&
        overlaps_of_[p.second].empty() && !decide(pair, Order::first_below))
      return propagate() && false;
  }
  return propagate();
}

int PackSearch::choose(Decision& decision) {
  double least = 1e300;
  bool found = false;
  work_ -= std::ssize(pairs_) / 2;
  for (std::uint32_t pair = 0; pair < pairs_.size(); ++pair) {
    if (order_[pair] != Order::open) continue;
    const Pair& p = pairs_[pair];
    if (early_[p.first] + p.up <= early_[p.second] || early_[p.second] + p.down <= early_[p.first])
      continue;
    const std::int64_t up = late_[p.second] - early_[p.first] - p.up;
    const std::int64_t down = late_[p.first] - early_[p.second] - p.down;
    const double score =
        double(up + down + unit_) / double(weight_[p.first] + weight_[p.second]);
    if (score >= least) continue;
    least = score;
    found = true;
    decision = {pair, up >= down ? Order::first_below : Order::second_below, false, changes_.size()};
  }
  return found;
}

bool PackSearch::backtrack() {
  while (!decisions_.empty()) {
    Decision& d = decisions_.back();
    take_back(d.changes);
    if (!d.last) {
      d.last = true;
      d.order = d.order == Order::first_below ? Order::second_below : Order::first_below;
      if (decide(d.pair, d.order) && propagate()) return true;
      propagate();  // clears the queues
      continue;
    }
    decisions_.pop_back();
  }
  return false;
}

Verdict PackSearch::fit(std::int64_t bytes, std::int64_t work) {
  bytes_ = bytes;
  work_ = work;
  std::int64_t limit = 200;
  Verdict verdict = Verdict::unknown;
  while (work_ > 0 && verdict == Verdict::unknown) {
    ++restarts;
    if (!start()) { verdict = Verdict::too_small; break; }
    for (std::int64_t node = 0; node < limit && work_ > 0; ++node) {
      ++nodes;
      Decision d;
      if (!choose(d)) { verdict = Verdict::fits; break; }
      decisions_.push_back(d);
      if (decide(d.pair, d.order) && propagate()) continue;
      propagate();
      if (!backtrack()) { verdict = Verdict::too_small; break; }
    }
    limit = limit * 3 / 2;
  }
  work_done += work - work_;
  return verdict;
}

bool PackSearch::possible(std::int64_t bytes) {
  bytes_ = bytes;
  const bool p = start();
  propagate();
  return p;
}

std::int64_t budget = 100'000'000;
void raise_bound(const PackProblem& problem, Packed& packed) {
  PackSearch search(problem);
  std::int64_t best = packed.bytes;
  if (search.possible(packed.bound)) return;
  packed.bound = search.next(packed.bound);
  while (packed.bound < best) {
    const std::int64_t middle = packed.bound + (best - packed.bound) / 2;
    if (search.possible(middle)) best = middle;
    else packed.bound = std::min(best, search.next(middle));
  }
}
void pack_exactly(const PackProblem& problem, Packed& packed, std::vector<std::int64_t>& offsets) {
  PackSearch search(problem);
  while (packed.bound < packed.bytes) {
    const Verdict v = search.fit(packed.bound, budget - search.work_done);
    if (v == Verdict::unknown) return;
    if (v == Verdict::fits) {
      packed.bytes = packed.bound;
      offsets = search.offsets();
    } else packed.bound = std::min(search.next(packed.bound), packed.bytes);
  }
}

}  // namespace smelt
