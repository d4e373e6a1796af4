// SPDX-License-Identifier: Apache-2.0
#include "tools/depfile.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tools/files.h"

namespace smelt::tools {
namespace {

/// As make spells file names.
std::string escaped(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (c == ' ' || c == '#' || c == '\\') text += '\\';
    if (c == '$') text += '$';
    text += c;
  }
  return text;
}

/// A rule that names every file that the output depends on.
OutputFile depfile(const CompileOptions& options) {
  namespace fs = std::filesystem;
  std::vector<fs::path> inputs = {options.model.model};
  if (options.model.target.ends_with(".json")) inputs.push_back(options.model.target);
  for (const std::string& bind : options.model.bind)
    inputs.push_back(bind.substr(bind.rfind('=') + 1));
  if (!options.labels.empty()) inputs.push_back(options.labels);
  if (fs::is_directory(options.golden)) {
    for (const auto& entry : fs::directory_iterator(options.golden))
      if (entry.is_regular_file()) inputs.push_back(entry.path());
  } else if (!options.golden.empty()) {
    inputs.push_back(options.golden);
  }
  std::sort(inputs.begin() + 1, inputs.end());
  const fs::path path = options.depfile;
  std::string text = escaped(fs::path(path).replace_extension().string()) + ":";
  for (const fs::path& input : inputs)
    text += fmt::format(" \\\n  {}", escaped(fs::absolute(input).string()));
  return {path.filename().string(), text + "\n"};
}

}  // namespace

bool write_depfile(const CompileOptions& options, Diagnostics& diagnostics) {
  if (options.depfile.empty()) return true;
  const auto folder = std::filesystem::absolute(options.depfile).parent_path();
  return write_files(folder, {depfile(options)}, diagnostics);
}

}  // namespace smelt::tools
