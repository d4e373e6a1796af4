// SPDX-License-Identifier: Apache-2.0
#include "tools/price/libraries.h"

#include <filesystem>
#include <sstream>

#include "tools/files.h"
#include "tools/system_compiler.h"

namespace smelt::tools {
namespace {

/// The folders in which GCC looks for libraries: words -L of what it would call its linker with.
std::vector<std::filesystem::path> library_folders(const Target& target) {
  std::vector<std::string> command = {target.compiler};
  command.insert(command.end(), target.flags.begin(), target.flags.end());
  command.insert(command.end(), {"-###", "-x", "c++", "-o", "none", "/dev/null"});
  std::istringstream words(output_of(command).value_or(""));
  std::vector<std::filesystem::path> folders;
  for (std::string word; words >> word;)
    if (word.starts_with("-L")) folders.emplace_back(word.substr(2));
  return folders;
}

}  // namespace

std::vector<std::string> libraries_of(const Target& target) {
  const auto folders = library_folders(target);
  std::vector<std::string> libraries;
  // Of picolibc, libm is empty: all is in libc.
  for (const char* const name : {"libm.a", "libc.a", "libgcc.a"})
    for (const auto& folder : folders) {
      std::error_code error;
      const auto path = folder / name;
      constexpr std::uintmax_t smallest = 4096;
      const std::uintmax_t bytes = std::filesystem::file_size(path, error);
      if (error) continue;
      if (bytes >= smallest) libraries.push_back(path);
      break;
    }
  return libraries;
}

}  // namespace smelt::tools
