// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/clang.h"

#include <clang/CodeGen/CodeGenAction.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/TextDiagnosticPrinter.h>
#include <clang/Frontend/Utils.h>
#include <llvm/Support/VirtualFileSystem.h>

namespace smelt::tools::machine {
namespace {

using Files = llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem>;
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
  std::vector<std::string> command = {"clang++",     "-resource-dir", SMELT_CLANG_RESOURCES,
                                      "-I" + folder, "-idirafter",    folder + "libc"};
  command.insert(command.end(), flags.begin(), flags.end());
  command.push_back(folder + path);
  return command;
}

}  // namespace

std::optional<Object> compile(const OutputFile& file, const std::vector<OutputFile>& others,
                              const std::vector<std::string>& flags, llvm::raw_ostream& messages) {
  const Files files = file_system(others);
  const llvm::IntrusiveRefCntPtr options(new clang::DiagnosticOptions);
  const auto diagnostics = clang::CompilerInstance::createDiagnostics(
      options.get(), new clang::TextDiagnosticPrinter(messages, options.get()));
  const std::vector<std::string> words = command_line(file.path, flags);
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

}  // namespace smelt::tools::machine
