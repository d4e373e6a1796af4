// SPDX-License-Identifier: Apache-2.0
#include <lld/Common/Driver.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>

#include "tools/machine/clang.h"
#include "tools/machine/image.h"
#include "tools/machine/llvm_targets.h"

LLD_HAS_DRIVER(elf)

namespace smelt::tools::machine {
namespace {

/// LLVM's name of what a compiler of GCC's makes code for; empty if it has none that emitted code
/// is made for.
std::string triple_of(const Target& target) {
  if (target.compiler.starts_with("arm-none-eabi-")) return "arm-none-eabi";
  if (target.compiler.starts_with("riscv")) return "riscv32-unknown-elf";
  return {};
}

std::vector<std::string> flags_for(const Target& target) {
  std::vector<std::string> flags = {"--target=" + triple_of(target),
                                    "-nostdlibinc",
                                    "-std=c++14",
                                    "-O3",
                                    "-ffunction-sections",
                                    "-fdata-sections",
                                    "-fno-exceptions",
                                    "-fno-rtti",
                                    "-fno-threadsafe-statics",
                                    "-ffp-contract=off",
                                    "-fomit-frame-pointer",
                                    "-gline-tables-only"};
  for (const std::string& flag : target.flags)
    if (!flag.starts_with("--specs=")) flags.push_back(flag);  // of GCC's libraries
  return flags;
}

/// A folder of files that goes when it does: the linker reads and writes files alone.
class Folder {
 public:
  Folder() { llvm::sys::fs::createUniqueDirectory("smelt", path_); }
  ~Folder() { llvm::sys::fs::remove_directories(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name) const { return path_.str().str() + "/" + name; }

 private:
  llvm::SmallString<128> path_;
};

bool write(const std::string& path, const Object& object, llvm::raw_ostream& messages) {
  std::error_code error;
  llvm::raw_fd_ostream out(path, error);
  if (!error) out.write(object.data(), object.size());
  out.close();
  if (error || out.has_error()) messages << "cannot write " << path << ": " << error.message();
  return !error && !out.has_error();
}

bool link(const std::vector<std::string>& words, llvm::raw_ostream& messages) {
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  const lld::Result result =
      lld::lldMain(arguments, llvm::nulls(), messages, {{lld::Gnu, &lld::elf::link}});
  return result.retCode == 0;
}

}  // namespace

bool can_build(const Target& target) {
  return !triple_of(target).empty();
}

bool runs_on(const std::string& architecture, const Target& target) {
  if (target.compiler.starts_with("avr-")) return architecture == "avr";
  return llvm::Triple(triple_of(target)).getArch() == llvm::Triple(architecture).getArch();
}

std::optional<Image> link_image(const std::vector<std::string>& objects,
                                const std::vector<std::string>& libraries,
                                const std::vector<std::string>& entries, std::string& messages) {
  set_up_targets();
  llvm::raw_string_ostream stream(messages);
  const Folder folder;
  const std::string program = folder.path("program");
  std::vector<std::string> command = {"ld.lld", "--gc-sections", "-o",           program,
                                      "-e",     entries.front(), "--no-warnings"};
  for (const std::string& entry : entries) command.insert(command.end(), {"-u", entry});
  command.insert(command.end(), objects.begin(), objects.end());
  command.emplace_back("--start-group");
  command.insert(command.end(), libraries.begin(), libraries.end());
  command.emplace_back("--end-group");
  if (!link(command, stream)) return std::nullopt;
  const auto linked = llvm::MemoryBuffer::getFile(program);
  if (!linked) {
    stream << "cannot read " << program << ": " << linked.getError().message();
    return std::nullopt;
  }
  return read_image({(*linked)->getBufferStart(), (*linked)->getBufferEnd()}, messages);
}

std::optional<Image> build_image(const Target& target, const std::vector<OutputFile>& files,
                                 const std::vector<std::string>& libraries,
                                 const std::vector<std::string>& entries, std::string& messages) {
  set_up_targets();
  llvm::raw_string_ostream stream(messages);
  const Folder folder;
  std::vector<std::string> objects;
  for (const OutputFile& file : files) {
    if (!file.path.ends_with(".cpp")) continue;
    const auto object = compile(file, files, flags_for(target), stream);
    objects.push_back(folder.path(file.path + ".o"));
    if (!object || !write(objects.back(), *object, stream)) return std::nullopt;
  }
  return link_image(objects, libraries, entries, messages);
}

}  // namespace smelt::tools::machine
