// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/jit.h"

#include <llvm/Config/llvm-config.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>

#include "tools/machine/clang.h"

namespace smelt::tools::machine {
namespace {

/// An empty place for code, which finds in this process what the code lacks.
llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>> make_linker() {
  [[maybe_unused]] static const bool once =
      llvm::InitializeNativeTarget() || llvm::InitializeNativeTargetAsmPrinter();
  auto linker = llvm::orc::LLJITBuilder().create();
  if (!linker) return linker.takeError();
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*linker)->getDataLayout().getGlobalPrefix());
  if (!process) return process.takeError();
  (*linker)->getMainJITDylib().addGenerator(std::move(*process));
  return linker;
}

void* find(llvm::orc::LLJIT& linker, const std::string& name) {
  auto address = linker.lookup(name);
  if (address) return address->toPtr<void*>();
  llvm::consumeError(address.takeError());
  return nullptr;
}

}  // namespace

std::string version() {
  return "LLVM " LLVM_VERSION_STRING;
}

std::optional<LoadedCode> load(const std::vector<OutputFile>& files,
                               const std::vector<std::string>& flags, std::string& messages) {
  llvm::raw_string_ostream stream(messages);
  auto made = make_linker();
  if (!made) {
    stream << made.takeError();
    return std::nullopt;
  }
  const std::shared_ptr<llvm::orc::LLJIT> linker = std::move(*made);
  std::vector<std::string> here = {"-fPIC", "-march=native"};
  here.insert(here.end(), flags.begin(), flags.end());
  for (const OutputFile& file : files) {
    if (!file.path.ends_with(".cpp")) continue;
    auto object = compile(file, files, here, stream);
    if (!object) return std::nullopt;
    auto buffer =
        std::make_unique<llvm::SmallVectorMemoryBuffer>(std::move(*object), file.path, false);
    if (auto error = linker->addObjectFile(std::move(buffer))) {
      stream << std::move(error);
      return std::nullopt;
    }
  }
  return LoadedCode{linker, [linker](const std::string& name) { return find(*linker, name); }};
}

}  // namespace smelt::tools::machine
