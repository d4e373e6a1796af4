// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <limits>
#include <unordered_set>
#include <vector>

#include "compiler/plan/pack_problem.h"

namespace smelt {

enum class Verdict : std::uint8_t { fits, too_small, unknown };

class PackSearch {
 public:
  explicit PackSearch(const PackProblem& problem);

  std::int64_t bound();
  Verdict fit(std::int64_t bytes, std::int64_t work);
  std::int64_t needed() const { return needed_; }
  const std::vector<std::int64_t>& offsets() const { return offsets_; }
  std::int64_t work_done() const { return done_; }
  std::int64_t nodes = 0, hits = 0;

 private:
  using Blocks = std::vector<std::uint32_t>;
  struct Key {
    std::uint64_t a = 0, b = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return static_cast<std::size_t>(key.a); }
  };
  struct Last {
    std::int64_t offset = 0;
    std::uint32_t block = 0;
    bool any = false;
  };
  struct Change {
    enum What : std::uint8_t { placed, floor, top } what;
    std::uint32_t index;
    std::int64_t before;
  };
  struct Candidate {
    std::int64_t floor;
    std::int64_t area;
    std::uint32_t block;
  };

  void divide_time();
  bool possible(const Blocks& open, std::int64_t from);
  std::int64_t need(const Blocks& open, std::int64_t from);
  bool solve(const Blocks& open, const Last& last);
  bool solve_groups(const Blocks& open, const Last& last);
  std::vector<Candidate> candidates(const Blocks& open, const Last& last) const;
  Key key(const Blocks& open, const Last& last, const std::vector<Candidate>& candidates) const;
  void place(std::uint32_t block);
  void take_back(std::size_t changes);

  const PackProblem& problem_;
  std::int64_t unit_ = 1;
  std::vector<std::int64_t> rounded_;
  std::vector<std::uint32_t> begin_, end_;
  std::vector<std::vector<std::pair<std::uint32_t, std::int64_t>>> lowers_;

  std::vector<std::int64_t> offsets_, floors_;
  std::vector<char> placed_;
  std::vector<std::int64_t> tops_;
  std::vector<Change> changes_;
  std::vector<std::int64_t> load_, base_, slack_;
  std::unordered_set<Key, KeyHash> failed_;
  std::int64_t bytes_ = 0, needed_ = 0, work_ = 0, done_ = 0;
};

/// From an arena of `packed.bytes` with these offsets: a smaller one, or a higher bound, or both.
void pack_exactly(PackSearch& search, Packed& packed, std::vector<std::int64_t>& offsets);

}  // namespace smelt
