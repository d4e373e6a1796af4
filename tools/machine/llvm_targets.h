// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <llvm/Support/TargetSelect.h>

namespace smelt::tools::machine {

/// Makes LLVM know all of its targets. May be called again.
inline void set_up_targets() {
  [[maybe_unused]] static const bool once = [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
    llvm::InitializeAllAsmParsers();
    llvm::InitializeAllDisassemblers();
    return true;
  }();
}

}  // namespace smelt::tools::machine
