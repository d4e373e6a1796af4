// SPDX-License-Identifier: Apache-2.0
#include <clang/CodeGen/CodeGenAction.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/TextDiagnosticPrinter.h>
#include <clang/Frontend/Utils.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/VirtualFileSystem.h>

#include "tools/jit/jit.h"

namespace smelt::tools::jit {
namespace {

using Files = llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>;
using Object = llvm::SmallVector<char, 0>;

const std::string folder = "/smelt-in-memory/";

/// What emitted code needs of the C library, for machines that have no headers of it.
constexpr const char* string_header = R"(#pragma once
#include <stddef.h>
extern "C" void *memcpy(void *, const void *, size_t);
extern "C" void *memset(void *, int, size_t);
)";
constexpr const char* math_header = R"(#pragma once
extern "C" {
float acosf(float);
float asinf(float);
float atanf(float);
float ceilf(float);
float cosf(float);
float coshf(float);
float expf(float);
float fabsf(float);
float floorf(float);
float logf(float);
float sinf(float);
float sinhf(float);
float sqrtf(float);
float tanf(float);
float tanhf(float);
float copysignf(float, float);
float fmodf(float, float);
float powf(float, float);
}
)";

Files file_system(const std::vector<OutputFile>& files) {
  const auto memory = llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>();
  const auto add = [&](const std::string& path, llvm::StringRef text) {
    memory->addFile(folder + path, 0, llvm::MemoryBuffer::getMemBuffer(text));
  };
  for (const OutputFile& file : files) add(file.path, file.text);
  add("libc/string.h", string_header);
  add("libc/math.h", math_header);
  auto all =
      llvm::makeIntrusiveRefCnt<llvm::vfs::OverlayFileSystem>(llvm::vfs::getRealFileSystem());
  all->pushOverlay(memory);
  return all;
}

/// What the driver is called with for one file. Its name tells it where its own headers are.
std::vector<std::string> command_line(const std::string& path,
                                      const std::vector<std::string>& flags) {
  std::vector<std::string> command = {"clang++",    "-resource-dir", SMELT_CLANG_RESOURCES,
                                      "-fPIC",      "-march=native", "-I" + folder,
                                      "-idirafter", folder + "libc"};
  command.insert(command.end(), flags.begin(), flags.end());
  command.push_back(folder + path);
  return command;
}

/// The object file of one source; what the compiler has to say goes to `messages`.
std::optional<Object> compile(const std::string& path, const std::vector<std::string>& flags,
                              const Files& files, llvm::raw_ostream& messages) {
  const llvm::IntrusiveRefCntPtr options(new clang::DiagnosticOptions);
  const auto diagnostics = clang::CompilerInstance::createDiagnostics(
      options.get(), new clang::TextDiagnosticPrinter(messages, options.get()));
  const std::vector<std::string> words = command_line(path, flags);
  std::vector<const char*> command;
  for (const std::string& word : words) command.push_back(word.c_str());
  auto invocation =
      clang::createInvocation(command, {.Diags = diagnostics, .VFS = files, .CC1Args = nullptr});
  if (!invocation) return std::nullopt;
  // Unlike the program, which ends after one file.
  invocation->getFrontendOpts().DisableFree = false;
  invocation->getCodeGenOpts().DisableFree = false;

  Object object;
  clang::CompilerInstance compiler;
  compiler.setInvocation(std::move(invocation));
  compiler.setDiagnostics(diagnostics.get());
  compiler.createFileManager(files);
  compiler.setOutputStream(std::make_unique<llvm::raw_svector_ostream>(object));
  clang::EmitObjAction action;
  if (!compiler.ExecuteAction(action)) return std::nullopt;
  return object;
}

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
  const Files all = file_system(files);
  for (const OutputFile& file : files) {
    if (!file.path.ends_with(".cpp")) continue;
    auto object = compile(file.path, flags, all, stream);
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

}  // namespace smelt::tools::jit
