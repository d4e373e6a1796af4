// SPDX-License-Identifier: Apache-2.0
//
// An estimate of the cycles that machine code takes, with memories that never let the core wait: by
// the core's published timings and by LLVM's scheduling model. No constant is fitted to a model.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/targets/target.h"
#include "tools/machine/schedule.h"

struct core;  // of tools/measure/timings.h

namespace smelt::tools {

/// Bytes of instructions that are executed one after the other.
struct Straight {
  std::vector<std::uint8_t> code;
  std::vector<std::uint8_t> sizes;  ///< of each instruction
  std::uint32_t address = 0;
};

class Cycles {
 public:
  explicit Cycles(const Target& target);

  /// Manuals say what each instruction takes, LLVM's models what waits for what it reads. Each may
  /// miss what the other knows, so it is the larger of both; LLVM's where there is no manual.
  double of(const Straight& straight) const;
  /// What it takes more where a branch, call or return leads elsewhere than on.
  double of_jump() const;

 private:
  double by_timings(const Straight& straight) const;

  machine::Schedule schedule_;
  const core* core_;  // null: there are no timings
};

}  // namespace smelt::tools
