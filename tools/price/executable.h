// SPDX-License-Identifier: Apache-2.0
//
// Machine code of a model: what Clang makes of the emitted code, or what the user's own toolchain
// made of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "tools/machine/image.h"
#include "tools/model.h"

namespace smelt::tools {

/// Whether programs for a target can be followed: for Cortex-M, RISC-V and AVR, by a smelt with
/// LLVM.
bool has_prices(const Target& target);

struct Executable {
  machine::Image image;
  std::string made_by;    ///< "LLVM 19.1.7 -O3", or the first file's path
  bool firmware = false;  ///< it has more than the model
};

/// Compiles what `compiled` emits for its target and links it. Reports why that cannot be.
std::optional<Executable> build(const Compiled& compiled, const std::vector<OutputFile>& emitted,
                                Diagnostics& diagnostics);

/// Reads files that were compiled of what `compiled` emits: a program that is linked, or objects
/// and archives, which are linked here. Refuses those of other cores, other models and other
/// weights.
std::optional<Executable> read_objects(const Compiled& compiled,
                                       const std::vector<std::string>& files,
                                       Diagnostics& diagnostics);

}  // namespace smelt::tools
