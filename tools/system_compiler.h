// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "codegen/emit.h"
#include "tools/loaded_code.h"

namespace smelt::tools {

/// Has a compiler of the system make a shared library of every .cpp file among `files`, which may
/// include the others, and loads it. `command` begins with the compiler's name. If that fails,
/// `messages` tells what the compiler says.
std::optional<LoadedCode> load_with_system_compiler(const std::vector<std::string>& command,
                                                    const std::vector<OutputFile>& files,
                                                    std::string& messages);

/// Runs a program. Why it failed: what it prints, or that there is none; nothing if it succeeded.
std::optional<std::string> failure_of(const std::vector<std::string>& command);

/// What a program prints, messages included; nothing if it cannot be run.
std::optional<std::string> output_of(const std::vector<std::string>& command);

}  // namespace smelt::tools
