// SPDX-License-Identifier: Apache-2.0
//
// Cycles of straight-line machine code, by LLVM's scheduling models.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "compiler/targets/target.h"

namespace smelt::tools::machine {

/// LLVM's model of a core: which instructions issue together, and how long each waits for what it
/// reads. Branches are foreseen, and memories never let the core wait.
class Schedule {
 public:
  explicit Schedule(const Target& target);
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;
  ~Schedule();

  /// Cycles of the instructions whose bytes these are, from `address` on, each time that they are
  /// executed over and over. Nothing if LLVM has no model of the core, or of one of them.
  std::optional<double> cycles(const std::vector<std::uint8_t>& code, std::uint64_t address) const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;  // null: LLVM has no model
};

}  // namespace smelt::tools::machine
