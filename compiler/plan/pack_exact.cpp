// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/pack_exact.h"

#include <algorithm>

namespace smelt {
namespace {
constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max() / 4;
}

PackSearch::PackSearch(const PackProblem& problem) : problem_(problem), lowers_(problem.size()) {
  unit_ = problem[0].alignment;
  for (const Block& block : problem.blocks()) unit_ = std::min<std::int64_t>(unit_, block.alignment);
  for (const Block& block : problem.blocks()) rounded_.push_back(aligned(block.bytes, unit_));
  for (const Overlap& overlap : problem.overlaps()) {
    const std::int64_t lead = aligned(problem.distance(overlap.lower, overlap.upper), unit_);
    const std::int64_t saved = std::min(rounded_[overlap.lower] - lead, rounded_[overlap.upper]);
    if (saved > 0)
      lowers_[overlap.upper].emplace_back(static_cast<std::uint32_t>(overlap.lower), saved);
  }
  divide_time();
  offsets_.resize(problem.size());
  floors_.resize(problem.size());
  placed_.resize(problem.size());
}

void PackSearch::divide_time() {
  std::vector<std::int32_t> starts;
  std::vector<std::int32_t> ends;
  for (const Block& block : problem_.blocks()) ends.push_back(block.last);
  std::sort(ends.begin(), ends.end());
  for (const Block& block : problem_.blocks()) {
    if (!starts.empty() && starts.back() == block.first) continue;
    // nothing ends between the two: the earlier one's blocks are all alive at the later one too
    if (!starts.empty()) {
      const auto at = std::lower_bound(ends.begin(), ends.end(), starts.back());
      if (at == ends.end() || *at >= block.first) starts.pop_back();
    }
    starts.push_back(block.first);
  }
  for (const Block& block : problem_.blocks()) {
    begin_.push_back(static_cast<std::uint32_t>(
        std::lower_bound(starts.begin(), starts.end(), block.first) - starts.begin()));
    end_.push_back(static_cast<std::uint32_t>(
        std::upper_bound(starts.begin(), starts.end(), block.last) - starts.begin()));
  }
  tops_.resize(starts.size());
  load_.resize(starts.size());
  base_.resize(starts.size());
  slack_.resize(starts.size());
}

std::int64_t PackSearch::need(const Blocks& open, std::int64_t from) {
  std::int64_t most = 0;
  const std::uint32_t begin = begin_[open[0]];
  std::uint32_t end = begin;
  for (const std::uint32_t i : open) end = std::max(end, end_[i]);
  for (std::uint32_t t = begin; t < end; ++t) load_[t] = slack_[t] = 0, base_[t] = far;
  for (const std::uint32_t i : open) {
    const std::int64_t floor = std::max(floors_[i], from);
    most = std::max(most, floor + problem_[i].bytes);
    for (std::uint32_t t = begin_[i]; t < end_[i]; ++t) {
      load_[t] += rounded_[i];
      base_[t] = std::min(base_[t], floor);
      slack_[t] = std::max(slack_[t], rounded_[i] - problem_[i].bytes);
    }
    work_ -= 4 + end_[i] - begin_[i];
    for (const auto& [lower, most_saved] : lowers_[i]) {
      std::int64_t saved = most_saved;
      if (placed_[lower])
        saved = std::clamp<std::int64_t>(offsets_[lower] + rounded_[lower] - floor, 0, saved);
      for (std::uint32_t t = std::max(begin_[i], begin_[lower]);
           t < std::min(end_[i], end_[lower]); ++t)
        load_[t] -= saved;
    }
  }
  for (std::uint32_t t = begin; t < end; ++t)
    if (base_[t] < far)
      most = std::max(most, std::max(tops_[t], base_[t]) + load_[t] - slack_[t]);
  return most;
}

bool PackSearch::possible(const Blocks& open, std::int64_t from) {
  const std::int64_t bytes = need(open, from);
  if (bytes <= bytes_) return true;
  needed_ = std::min(needed_, bytes);
  return false;
}

std::int64_t PackSearch::bound() {
  Blocks open;
  for (std::uint32_t i = 0; i < problem_.size(); ++i) open.push_back(i);
  return need(open, 0);
}

std::vector<PackSearch::Candidate> PackSearch::candidates(const Blocks& open,
                                                          const Last& last) const {
  std::int64_t lowest_top = far;
  for (const std::uint32_t i : open)
    lowest_top = std::min(lowest_top, floors_[i] + problem_[i].bytes);
  std::vector<Candidate> result;
  for (const std::uint32_t i : open) {
    if (floors_[i] < last.offset || floors_[i] >= lowest_top) continue;
    if (last.any && floors_[i] == last.offset && i < last.block &&
        !overlap_in_time(problem_[i], problem_[last.block]))
      continue;
    result.push_back({floors_[i], rounded_[i] * (end_[i] - begin_[i]), i});
  }
  std::sort(result.begin(), result.end(), [](const Candidate& a, const Candidate& b) {
    if (a.floor != b.floor) return a.floor < b.floor;
    if (a.area != b.area) return a.area > b.area;
    return a.block < b.block;
  });
  return result;
}

PackSearch::Key PackSearch::key(const Blocks& open, const Last& last,
                                const std::vector<Candidate>& candidates) const {
  Key key{0x243f6a8885a308d3u, 0x13198a2e03707344u};
  const auto mix = [&](std::uint64_t value) {
    key.a = (key.a ^ value) * 0x9e3779b97f4a7c15u;
    key.a ^= key.a >> 29;
    key.b = (key.b + value) * 0xd6e8feb86659fd93u;
    key.b ^= key.b >> 32;
  };
  mix(static_cast<std::uint64_t>(last.offset));
  for (const std::uint32_t i : open) {
    mix(i);
    mix(static_cast<std::uint64_t>(floors_[i]));
  }
  for (const Candidate& candidate : candidates) mix(candidate.block);
  return key;
}

void PackSearch::place(std::uint32_t block) {
  const std::int64_t offset = floors_[block];
  offsets_[block] = offset;
  placed_[block] = 1;
  changes_.push_back({Change::placed, block, 0});
  for (const std::uint32_t i : problem_.neighbours(block)) {
    if (placed_[i] || !overlap_in_time(problem_[i], problem_[block])) continue;
    const std::int64_t floor =
        aligned(offset + problem_.distance(block, i), problem_[i].alignment);
    if (floor <= floors_[i]) continue;
    changes_.push_back({Change::floor, i, floors_[i]});
    floors_[i] = floor;
  }
  for (std::uint32_t t = begin_[block]; t < end_[block]; ++t) {
    changes_.push_back({Change::top, t, tops_[t]});
    tops_[t] = std::max(tops_[t], offset + rounded_[block]);
  }
  work_ -= std::ssize(problem_.neighbours(block));
}

void PackSearch::take_back(std::size_t changes) {
  for (; changes_.size() > changes; changes_.pop_back()) {
    const Change& change = changes_.back();
    if (change.what == Change::placed) placed_[change.index] = 0;
    if (change.what == Change::floor) floors_[change.index] = change.before;
    if (change.what == Change::top) tops_[change.index] = change.before;
  }
}

bool PackSearch::solve_groups(const Blocks& open, const Last& last) {
  std::vector<Blocks> groups;
  std::uint32_t end = 0;
  for (const std::uint32_t i : open) {
    if (groups.empty() || begin_[i] >= end) groups.emplace_back();
    end = std::max(end, end_[i]);
    groups.back().push_back(i);
  }
  for (const Blocks& group : groups)
    if (!possible(group, last.offset)) return false;
  std::sort(groups.begin(), groups.end(),
            [](const Blocks& a, const Blocks& b) { return a.size() < b.size(); });
  for (const Blocks& group : groups)
    if (!solve(group, last)) return false;
  return true;
}

bool PackSearch::solve(const Blocks& open, const Last& last) {
  if (work_ <= 0) return false;
  ++nodes;
  const std::vector<Candidate> next = candidates(open, last);
  if (next.empty()) return false;
  const Key state = key(open, last, next);
  if (failed_.contains(state)) {++hits; return false;}
  Blocks rest;
  for (const Candidate& candidate : next) {
    const std::size_t changes = changes_.size();
    place(candidate.block);
    rest.clear();
    for (const std::uint32_t i : open)
      if (i != candidate.block) rest.push_back(i);
    if (solve_groups(rest, {offsets_[candidate.block], candidate.block, true})) return true;
    take_back(changes);
    if (work_ <= 0) return false;
  }
  failed_.insert(state);
  return false;
}

Verdict PackSearch::fit(std::int64_t bytes, std::int64_t work) {
  failed_.clear();
  bytes_ = bytes;
  needed_ = far;
  work_ = work;
  std::fill(floors_.begin(), floors_.end(), 0);
  std::fill(placed_.begin(), placed_.end(), 0);
  std::fill(tops_.begin(), tops_.end(), 0);
  changes_.clear();
  Blocks open;
  for (std::uint32_t i = 0; i < problem_.size(); ++i) open.push_back(i);
  const bool found = solve_groups(open, {});
  done_ += work - work_;
  if (found) return Verdict::fits;
  return work_ > 0 ? Verdict::too_small : Verdict::unknown;
}

std::int64_t budget = 100'000'000;
void pack_exactly(PackSearch& search, Packed& packed, std::vector<std::int64_t>& offsets) {
  while (packed.bound < packed.bytes) {
    const Verdict v = search.fit(packed.bound, budget - search.work_done());
    if (v == Verdict::unknown) return;
    if (v == Verdict::fits) {
      packed.bytes = packed.bound;
      offsets = search.offsets();
    } else packed.bound = std::min(search.needed(), packed.bytes);
  }
}

}  // namespace smelt
