// SPDX-License-Identifier: Apache-2.0
//
// In place of clang.cpp in builds without LLVM.
#include "tools/machine/jit.h"

namespace smelt::tools::machine {

std::string version() {
  return {};
}

std::optional<LoadedCode> load(const std::vector<OutputFile>&, const std::vector<std::string>&,
                               std::string& messages) {
  messages =
      "this smelt was built without LLVM\n"
      "leave out --with to use the system's compiler, or build smelt with -DSMELT_WITH_LLVM=ON";
  return std::nullopt;
}

}  // namespace smelt::tools::machine
