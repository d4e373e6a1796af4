// SPDX-License-Identifier: Apache-2.0
//
// Clang as a library. Includes LLVM's headers: for the files of this folder alone.
#pragma once

#include <llvm/ADT/SmallVector.h>
#include <llvm/Support/raw_ostream.h>

#include <optional>
#include <string>
#include <vector>

#include "codegen/emit.h"

namespace smelt::tools::machine {

using Object = llvm::SmallVector<char, 0>;

/// The object file of one source, which may include the others and of the C library what emitted
/// code needs; what the compiler has to say goes to `messages`. `flags` are those of clang++.
std::optional<Object> compile(const OutputFile& file, const std::vector<OutputFile>& others,
                              const std::vector<std::string>& flags, llvm::raw_ostream& messages);

}  // namespace smelt::tools::machine
