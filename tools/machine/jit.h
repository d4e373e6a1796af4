// SPDX-License-Identifier: Apache-2.0
//
// Clang and LLVM as a library: C++ in, machine code in this process out; no temporary files, no
// other program, no sysroot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "codegen/emit.h"
#include "tools/loaded_code.h"

namespace smelt::tools::machine {

/// "LLVM 19.1.7", or empty in a build without it, which can load nothing.
std::string version();

/// Compiles every .cpp file among `files`, which may include the others, for this very processor,
/// and links them with each other and with what this process has. `flags` are those of clang++.
/// If that fails, `messages` tells what the compiler says.
std::optional<LoadedCode> load(const std::vector<OutputFile>& files,
                               const std::vector<std::string>& flags, std::string& messages);

}  // namespace smelt::tools::machine
