// SPDX-License-Identifier: Apache-2.0
//
// What a build system must know of a compilation: which files it has read.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "tools/commands.h"

namespace smelt::tools {

/// Writes the file that the options ask for, if they do: a rule of make by which the file of that
/// name, without its .d, depends on the model, the target's description, labels and golden vectors.
bool write_depfile(const CompileOptions& options, Diagnostics& diagnostics);

/// The same of inputs that are known; an empty path asks for none.
bool write_depfile(const std::filesystem::path& path,
                   const std::vector<std::filesystem::path>& inputs, Diagnostics& diagnostics);

}  // namespace smelt::tools
