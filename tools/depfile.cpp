// SPDX-License-Identifier: Apache-2.0
#include "tools/depfile.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tools/files.h"

namespace smelt::tools {

namespace fs = std::filesystem;

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

/// Every file that the output depends on.
std::vector<fs::path> inputs_of(const CompileOptions& options) {
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
  return inputs;
}

}  // namespace

bool write_depfile(const CompileOptions& options, Diagnostics& diagnostics) {
  if (options.depfile.empty()) return true;
  return write_depfile(options.depfile, inputs_of(options), diagnostics);
}

bool write_depfile(const fs::path& path, const std::vector<fs::path>& inputs,
                   Diagnostics& diagnostics) {
  if (path.empty()) return true;
  std::string text = escaped(fs::path(path).replace_extension().string()) + ":";
  for (const fs::path& input : inputs)
    text += fmt::format(" \\\n  {}", escaped(fs::absolute(input).string()));
  return write_output(path, text + "\n", diagnostics);
}

}  // namespace smelt::tools
