// SPDX-License-Identifier: Apache-2.0
//
// How much memory steps need in an order that is still being made: what live_bytes() will say of
// it, step by step.
//
// Which storages are alive follows from the set of steps already done; their sizes do too, but for
// outputs laid over a larger input.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/plan/plan.h"

namespace smelt {

/// A set of steps.
class StepSet {
 public:
  explicit StepSet(std::size_t steps) : words_((steps + 63) / 64) {}
  void insert(std::size_t step) { words_[step / 64] |= std::uint64_t{1} << step % 64; }
  bool contains(std::size_t step) const { return words_[step / 64] >> step % 64 & 1; }
  bool contains(const StepSet& other) const;
  /// Whether no step but `step` is in this set and not in `done`.
  bool only(std::size_t step, const StepSet& done) const;
  bool meets(const StepSet& other) const;
  bool empty() const { return !meets(*this); }
  bool operator==(const StepSet&) const = default;
  std::size_t hash() const;

 private:
  std::vector<std::uint64_t> words_;
};

/// Between two steps.
struct Progress {
  StepSet done;
  std::int64_t live = 0;  ///< bytes alive before the next step
  /// Outputs that hold more than their own bytes, in rising order: storage and bytes.
  std::vector<std::pair<std::size_t, std::int64_t>> larger = {};
  bool operator==(const Progress&) const = default;
};

/// What a step needs.
struct Need {
  std::int64_t during = 0;                                          ///< bytes alive while it runs
  std::int64_t after = 0;                                           ///< bytes alive from then on
  std::optional<std::pair<std::size_t, std::int64_t>> larger = {};  ///< see Progress
  /// Whether no other step loses by its running first: it begins no storage that others write too,
  /// and makes none of them the last user of a storage that is too large for its output.
  bool alone = true;
};

class Demand {
 public:
  Demand(const Program& program, const PlanOptions& options);

  Progress start() const;
  Need need(const Progress& progress, std::size_t step) const;
  void advance(Progress& progress, std::size_t step, const Need& need) const;
  /// No order needs less.
  std::int64_t least() const;

 private:
  struct Storage {
    std::int64_t bytes = 0;
    bool tensor = false;  ///< neither scratch nor state
    bool input = false, kept = false;
    StepSet users;
    int writers = 0;
    bool too_large = false;  ///< for an output that may be laid over it
  };
  struct Task {
    std::vector<std::size_t> storages;   ///< those it uses
    std::vector<std::size_t> written;    ///< those it writes
    std::vector<std::size_t> over;       ///< those its output may be laid over, best first
    std::optional<std::size_t> reached;  ///< what its output may reach over
    std::vector<std::pair<std::size_t, std::int64_t>> leads;  ///< by which each that it writes may
  };

  void add_storages(const Program& program, const PlanOptions& options);
  void add_task(const Program& program, std::size_t index);
  std::int64_t size(const Progress& progress, std::size_t storage) const;
  bool begun(const Progress& progress, std::size_t storage) const;
  bool ends(const Progress& progress, std::size_t storage, std::size_t step) const;
  std::optional<std::size_t> overlaid(const Progress& progress, std::size_t step) const;
  std::int64_t gain(const Progress& progress, std::size_t step) const;

  std::vector<Storage> storages_;
  std::vector<std::optional<std::size_t>> storage_of_;  // by BufferId; none for state
  std::vector<Task> tasks_;
  std::int64_t unused_ = 0;  // bytes of storages that no step uses: alive at the first
};

}  // namespace smelt
