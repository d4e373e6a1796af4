// SPDX-License-Identifier: Apache-2.0
#include "tools/price/libraries.h"

#include <filesystem>
#include <iterator>
#include <sstream>

#include "tools/system_compiler.h"

namespace smelt::tools {
namespace {

std::vector<std::string> command_of(const Target& target, const std::vector<std::string>& more) {
  std::vector<std::string> command = {target.compiler};
  command.insert(command.end(), target.flags.begin(), target.flags.end());
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

std::vector<std::string> words_of(const std::vector<std::string>& command) {
  std::istringstream words(output_of(command).value_or(""));
  return {std::istream_iterator<std::string>(words), {}};
}

/// The folders that a compiler's specs add: words -L of what it would call its linker with.
std::vector<std::filesystem::path> specified_folders(const Target& target) {
  std::vector<std::filesystem::path> folders;
  for (const std::string& word : words_of(command_of(target, {"-###", "-x", "c", "/dev/null"})))
    if (word.starts_with("-L")) folders.emplace_back(word.substr(2));
  return folders;
}

/// Empty if there is none.
std::filesystem::path path_of(const std::string& library, const Target& target,
                              const std::vector<std::filesystem::path>& folders) {
  // The compiler answers with the name alone if it finds no such file.
  const auto words = words_of(command_of(target, {"-print-file-name=" + library}));
  if (!words.empty() && words.front() != library) return words.front();
  for (const auto& folder : folders)
    if (std::filesystem::exists(folder / library)) return folder / library;
  return {};
}

}  // namespace

std::vector<std::string> libraries_of(const Target& target) {
  const auto folders = specified_folders(target);
  std::vector<std::string> libraries;
  for (const char* const name : {"libm.a", "libc.a", "libgcc.a"}) {
    // Of picolibc, libm has nothing: all is in libc.
    constexpr std::uintmax_t smallest = 4096;
    std::error_code error;
    const auto path = path_of(name, target, folders);
    if (std::filesystem::file_size(path, error) >= smallest && !error) libraries.push_back(path);
  }
  return libraries;
}

}  // namespace smelt::tools
