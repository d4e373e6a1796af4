// SPDX-License-Identifier: Apache-2.0
//
// Which step of a program its machine code works for, by debug information: nothing is added to the
// code for that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/machine/emulator.h"
#include "tools/machine/image.h"
#include "tools/machine/lines.h"
#include "tools/model.h"
#include "tools/price/cycles.h"
#include "tools/price/price.h"
#include "tools/price/step_lines.h"

namespace smelt::tools {

class Steps {
 public:
  /// `source` is the text of NAME.cpp that `image` was built from. All outlive this.
  Steps(const Compiled& compiled, const std::string& source, const machine::Image& image);

  /// Fills in what a block is part of and takes, so that the emulator counts by step.
  void describe(machine::Block& block, machine::Memory& memory) const;

  /// The steps in their order, and at the end what is between them.
  std::vector<PricedStep> priced(const std::vector<machine::Work>& work) const;

 private:
  std::int32_t part_of(std::uint32_t address) const;
  std::vector<std::int64_t> code_bytes() const;

  const Compiled& compiled_;
  const machine::Image& image_;
  machine::Lines lines_;
  StepLines steps_;
  Cycles cycles_;
};

}  // namespace smelt::tools
