// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "compiler/plan/pack_problem.h"

namespace smelt {

enum class Verdict : std::uint8_t { fits, too_small, unknown };

class PackSearch {
 public:
  explicit PackSearch(const PackProblem& problem);

  bool possible(std::int64_t bytes);
  Verdict fit(std::int64_t bytes, std::int64_t work);
  const std::vector<std::int64_t>& offsets() const { return early_; }
  std::int64_t next(std::int64_t bytes) const;
  std::int64_t nodes = 0, restarts = 0, work_done = 0;

 private:
  enum class Order : std::uint8_t { open, first_below, second_below };
  struct Pair {
    std::uint32_t first, second;
    std::int64_t up, down;  // distance when first is below, and when second is below
    std::int64_t saved;
  };
  struct Change {
    enum What : std::uint8_t { early, late, order } what;
    std::uint32_t index;
    std::int64_t before;
  };
  struct Decision {
    std::uint32_t pair;
    Order order;
    bool last;
    std::size_t changes;
  };

  bool start();
  bool propagate();
  bool look_at(std::uint32_t pair);
  bool decide(std::uint32_t pair, Order order);
  bool at_least(std::uint32_t block, std::int64_t offset);
  bool at_most(std::uint32_t block, std::int64_t offset);
  bool overloaded(std::uint32_t section);
  void take_back(std::size_t changes);
  bool backtrack();
  int choose(Decision& decision);
  void blame(std::uint32_t block) { ++weight_[block]; }
  void touch(std::uint32_t block);
  std::int64_t saved_by(const Pair& pair) const;

  const PackProblem& problem_;
  std::int64_t unit_ = 1;
  std::vector<std::int64_t> rounded_;
  std::vector<Pair> pairs_;
  std::vector<std::vector<std::uint32_t>> pairs_of_, overlaps_of_, sections_of_, sections_;

  std::vector<std::int64_t> early_, late_;
  std::vector<Order> order_;
  std::vector<std::int64_t> weight_;
  std::vector<Change> changes_;
  std::vector<Decision> decisions_;
  std::vector<std::uint32_t> queue_, dirty_;
  std::vector<char> queued_, is_dirty_;
  std::vector<char> in_;
  std::int64_t bytes_ = 0, work_ = 0;
};

void raise_bound(const PackProblem& problem, Packed& packed);
void pack_exactly(const PackProblem& problem, Packed& packed, std::vector<std::int64_t>& offsets);

}  // namespace smelt
