// SPDX-License-Identifier: Apache-2.0
#include "tools/sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

namespace smelt::tools {
namespace {

bool is_section(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '_' || c == '-';
  });
}

}  // namespace

bool set_sections(const std::string& text, Compiled& compiled, Diagnostics& diagnostics) {
  if (text.empty()) return true;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string what = part.substr(0, equals);
    const std::string section = equals < part.size() ? part.substr(equals + 1) : "";
    if ((what != "weights" && what != "arena") || !is_section(section)) {
      diagnostics.error({.file = "--section"}, fmt::format("\"{}\" is not understood", part))
          .note("write weights=SECTION or arena=SECTION, or both with a comma between");
      return false;
    }
    (what == "weights" ? compiled.emit.weights_section : compiled.emit.arena_section) = section;
  }
  if (!compiled.emit.weights_section.empty() && compiled.target.separate_flash) {
    diagnostics
        .error({.file = "--section"},
               fmt::format("weights cannot be placed on {}", compiled.target.name))
        .note("its constants must stay in program memory, where the code reads them from");
    return false;
  }
  compiled.emit.command += " --section " + text;
  return true;
}

}  // namespace smelt::tools
