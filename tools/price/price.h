// SPDX-License-Identifier: Apache-2.0
//
// What a model costs on a device: flash, RAM and instructions, read from the machine code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "tools/model.h"
#include "tools/price/chips.h"
#include "tools/price/power.h"

namespace smelt::tools {

/// A part of a run: a step of the program, or what is done between steps.
struct PricedStep {
  std::int32_t step = -1;  ///< of the program; -1: between steps
  std::string name;        ///< of the layer
  std::string kernel;      ///< function of the runtime; empty: between steps
  std::int64_t macs = 0;
  std::int64_t code_bytes = 0;      ///< of this step alone: not what steps share
  std::int64_t constant_bytes = 0;  ///< weights and tables that no step before it has
  std::int64_t instructions = 0;    ///< in one run, with functions that steps share
  double cycles = 0;                ///< an estimate
};

/// A function of the machine code, with what is inlined there.
struct PricedFunction {
  std::string name;  ///< as in the source
  std::int64_t bytes = 0;
  std::int64_t calls = 0;  ///< in one run
  std::int64_t instructions = 0;
};

struct PricedSection {
  std::string name;
  std::int64_t bytes = 0;
};

/// Of one run, in the steady state.
struct Price {
  std::string target;          ///< its name
  const Chip* chip = nullptr;  ///< null: any of that target
  Supply supply;               ///< of the chip, or as the user says
  std::string compiler;  ///< what made the machine code: "LLVM 19.1.7 -O3", or the file's path
  std::vector<PricedSection> sections;
  std::int64_t code_bytes = 0;      ///< with what it needs of libraries
  std::int64_t constant_bytes = 0;  ///< weights and tables
  std::int64_t arena_bytes = 0, state_bytes = 0;
  std::int64_t data_bytes = 0;   ///< the code's own, as constants that AVR has in RAM
  std::int64_t stack_bytes = 0;  ///< deepest, of reset and run
  std::int64_t macs = 0;
  std::int64_t instructions = 0;
  double cycles = 0;  ///< an estimate, with memories that never let the core wait
  /// In the order of the program, what is between them at the end. None without debug information.
  std::vector<PricedStep> steps;
  std::vector<PricedFunction> functions;  ///< largest first

  std::int64_t flash_bytes() const { return code_bytes + constant_bytes; }
  std::int64_t ram_bytes() const { return arena_bytes + state_bytes + data_bytes + stack_bytes; }
};

/// The run that is followed.
struct Followed {
  /// What the user's toolchain built of the emitted code: a linked program, or objects and
  /// archives. None: it is built here.
  std::vector<std::string> objects = {};
  /// One for each input of the model. None: pseudo-random ones.
  std::vector<Bytes> inputs = {};
};

/// Follows the emitted code of a model through a run on its target, and says what it takes. Reports
/// why that cannot be.
std::optional<Price> price_of(const Compiled& compiled, const Followed& followed,
                              Diagnostics& diagnostics);

}  // namespace smelt::tools
