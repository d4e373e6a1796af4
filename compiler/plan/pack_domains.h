// SPDX-License-Identifier: Apache-2.0
//
// What follows from an arena's size for the offsets of blocks: for each block the lowest and the
// highest, and for each two that are alive together which of them lies below, as far as known. Each
// decision is followed to its consequences, and can be taken back:
//   - a block below another pushes that one's lowest offset up, and its own highest down;
//   - a block that cannot be below another is above it;
//   - blocks alive at one step must fit between the lowest and the highest byte they may take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/plan/pack_problem.h"

namespace smelt {

/// Two blocks that are alive together.
struct PackPair {
  std::uint32_t first, second;
  std::int64_t up;    ///< how far the first must be below the second, if it is below it
  std::int64_t down;  ///< the same of the second
};

enum class PackOrder : std::uint8_t { open, first_below, second_below };

class PackDomains {
 public:
  explicit PackDomains(const PackProblem& problem);

  /// Forgets all decisions. False: the blocks do not fit into so many bytes.
  bool start(std::int64_t bytes);
  /// Decides on an open pair, and what follows. False: contradicts what is known.
  bool decide(std::uint32_t pair, PackOrder order);
  /// For taking back all that was decided from here on.
  std::size_t mark() const { return changes_.size(); }
  void take_back(std::size_t mark);

  const std::vector<PackPair>& pairs() const { return pairs_; }
  /// Whether the pair is open and its blocks clash at their lowest offsets. If no pair clashes,
  /// the lowest offsets are a packing.
  bool clash(std::uint32_t pair) const;
  /// Bytes left for moving the blocks of a pair, the first being below.
  std::int64_t slack_up(const PackPair& pair) const;
  std::int64_t slack_down(const PackPair& pair) const;
  const std::vector<std::int64_t>& lowest() const { return lowest_; }

  /// By block: in how many contradictions it had a part, from the first start() on.
  const std::vector<std::int64_t>& blame() const { return blame_; }
  std::int64_t unit() const { return unit_; }
  /// Pairs and blocks looked at. When there is no `work` left, consequences are no longer followed:
  /// neither packings nor contradictions can be relied on.
  std::int64_t work = 0;

 private:
  struct Change {
    enum class Of : std::uint8_t { lowest, highest, order } of;
    std::uint32_t index;
    std::int64_t before;
  };

  void pair_up();
  void divide_time();
  bool identical(const PackPair& pair) const;
  bool set(std::uint32_t pair, PackOrder order);
  bool at_least(std::uint32_t block, std::int64_t offset);
  bool at_most(std::uint32_t block, std::int64_t offset);
  bool changed(std::uint32_t block);
  bool propagate(bool possible);
  bool look_at_pairs(std::uint32_t block);
  bool look_at(std::uint32_t pair);
  bool crowded(std::uint32_t time);
  bool crowded(const std::vector<std::uint32_t>& live, std::int64_t end);
  std::int64_t most_shared(const PackPair& pair) const;

  const PackProblem& problem_;
  std::int64_t unit_ = 1;              // all offsets are multiples of it
  std::vector<std::int64_t> rounded_;  // by block: bytes, in whole units
  std::vector<PackPair> pairs_;
  std::vector<std::vector<std::uint32_t>> pairs_of_, overlaps_of_;  // by block
  std::vector<std::vector<std::uint32_t>> times_of_;                // by block
  std::vector<std::vector<std::uint32_t>> live_;                    // by time
  std::vector<std::int64_t> lowest_, highest_;                      // by block
  std::vector<PackOrder> orders_;                                   // by pair
  std::vector<Change> changes_;
  std::vector<std::int64_t> blame_;
  std::vector<std::uint32_t> blocks_to_do_, times_to_do_;
  std::vector<char> block_to_do_, time_to_do_;  // whether each is in the list
  std::vector<char> counted_;                   // by block, while crowded() runs
};

}  // namespace smelt
