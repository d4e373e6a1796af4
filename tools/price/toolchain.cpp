// SPDX-License-Identifier: Apache-2.0
#include "tools/price/toolchain.h"

#include "tools/files.h"
#include "tools/system_compiler.h"

namespace smelt::tools {
namespace {

using machine::Image;

// As the boards' cores for Arduino compile.
constexpr const char* optimization = "-Os";

std::vector<std::string> compiler_of(const Target& target) {
  std::vector<std::string> command = {target.compiler, optimization};
  command.insert(command.end(), target.flags.begin(), target.flags.end());
  return command;
}

}  // namespace

bool needs_toolchain(const Target& target) {
  return target.compiler.starts_with("avr-");
}

std::string toolchain_command(const Target& target) {
  return target.compiler + " " + optimization;
}

std::optional<Image> link_by_toolchain(const Target& target,
                                       const std::vector<std::string>& objects,
                                       const std::vector<std::string>& entries,
                                       std::string& messages) {
  const TemporaryFolder folder;
  const auto program = folder.path() / "program";
  std::vector<std::string> command = compiler_of(target);
  command.insert(command.end(), {"-nostartfiles", "-Wl,--gc-sections", "-Wl,-e," + entries.front(),
                                 "-o", program.string()});
  for (const std::string& entry : entries) command.push_back("-Wl,-u," + entry);
  command.insert(command.end(), objects.begin(), objects.end());
  command.emplace_back("-lm");
  if (const auto failed = failure_of(command)) {
    messages = *failed;
    return std::nullopt;
  }
  Diagnostics diagnostics;
  auto bytes = read_file(program, diagnostics);
  return bytes ? machine::read_image(*std::move(bytes), messages) : std::nullopt;
}

std::optional<Image> build_by_toolchain(const Target& target, const std::vector<OutputFile>& files,
                                        const std::vector<std::string>& entries,
                                        std::string& messages) {
  const TemporaryFolder folder;
  Diagnostics diagnostics;
  if (!write_files(folder.path(), files, diagnostics)) {
    messages = to_string(diagnostics.all().front());
    return std::nullopt;
  }
  std::vector<std::string> objects;
  for (const OutputFile& file : files) {
    if (!file.path.ends_with(".cpp")) continue;
    objects.push_back((folder.path() / file.path).string() + ".o");
    std::vector<std::string> command = compiler_of(target);
    command.insert(
        command.end(),
        {"-std=c++14", "-gdwarf-4", "-ffunction-sections", "-fdata-sections", "-fno-exceptions",
         "-fno-rtti", "-fno-threadsafe-statics", "-ffp-contract=off", "-I" + folder.path().string(),
         "-c", folder.path() / file.path, "-o", objects.back()});
    if (const auto failed = failure_of(command)) {
      messages = *failed;
      return std::nullopt;
    }
  }
  return link_by_toolchain(target, objects, entries, messages);
}

}  // namespace smelt::tools
