// SPDX-License-Identifier: Apache-2.0
//
// Programs made by a target's own toolchain, where smelt's Clang and linker make none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "codegen/emit.h"
#include "compiler/targets/target.h"
#include "tools/machine/image.h"

namespace smelt::tools {

/// Whether programs for a target are made in this way: those for AVR.
bool needs_toolchain(const Target& target);

/// What the toolchain is told, for the reader: "avr-g++ -Os".
std::string toolchain_command(const Target& target);

/// As machine::link_image() and machine::build_image().
std::optional<machine::Image> link_by_toolchain(const Target& target,
                                                const std::vector<std::string>& objects,
                                                const std::vector<std::string>& entries,
                                                std::string& messages);
std::optional<machine::Image> build_by_toolchain(const Target& target,
                                                 const std::vector<OutputFile>& files,
                                                 const std::vector<std::string>& entries,
                                                 std::string& messages);

}  // namespace smelt::tools
