// SPDX-License-Identifier: Apache-2.0
#include "codegen/export/exports.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "codegen/context.h"
#include "codegen/export/ecosystems.h"

namespace smelt {
namespace {

constexpr std::array exports = {
    Export{"arduino", "an Arduino library", false, export_arduino},
    Export{"zephyr", "a Zephyr module", true, export_zephyr},
    Export{"platformio", "a PlatformIO library", true, export_platformio},
    Export{"esp-idf", "an ESP-IDF component", true, export_esp_idf},
    Export{"cmsis-pack", "an Open-CMSIS-Pack", true, export_cmsis_pack},
};

/// File names may hold anything; what is left needs no escape in any metadata format.
std::string plain_text(std::string text) {
  for (char& c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-';
    if (!plain) c = '_';
  }
  constexpr std::size_t longest = 80;
  return text.substr(0, longest);
}

std::vector<LibraryPort> library_ports(const EmitContext& context, const std::vector<Port>& ports,
                                       const std::vector<std::string>& names) {
  std::vector<LibraryPort> result;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const Buffer& buffer = context.program[ports[i].buffer];
    result.push_back({names[i], context.port_macro(names[i], "COUNT"),
                      std::string(c_type(buffer.type)), buffer.type == ElementType::f32,
                      has_conversion(buffer)});
  }
  return result;
}

bool is_number(std::string_view text) {
  constexpr std::size_t longest = 5;
  return !text.empty() && text.size() <= longest && (text[0] != '0' || text.size() == 1) &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Library make_library(const Program& program, const EmitOptions& options, std::string version,
                     std::vector<OutputFile> sources, std::optional<OutputFile> golden) {
  const EmitContext context(program, options);
  return {
      .name = context.prefix,
      .macro = context.macro,
      .version = std::move(version),
      .generator = "smelt " + options.version,
      .origin = plain_text(options.model_file),
      .sizes = fmt::format(
          "{} B of RAM, {} B of weights", with_commas(program.arena_bytes + program.state_bytes),
          with_commas(constant_bytes(program).weights + constant_bytes(program).single)),
      .inputs = library_ports(context, program.inputs, context.inputs),
      .outputs = library_ports(context, program.outputs, context.outputs),
      .stateful = program.state_bytes > 0,
      .row_count = program.streamed ? context.port_macro(context.inputs[0], "ROW_COUNT") : "",
      .sources = std::move(sources),
      .golden = std::move(golden)};
}

std::span<const Export> all_exports() {
  return exports;
}

const Export* find_export(std::string_view name) {
  for (const Export& each : exports)
    if (each.name == name) return &each;
  return nullptr;
}

bool is_version(std::string_view text) {
  const std::size_t first = text.find('.');
  const std::size_t second = first == text.npos ? first : text.find('.', first + 1);
  if (second == text.npos) return false;
  return is_number(text.substr(0, first)) &&
         is_number(text.substr(first + 1, second - first - 1)) &&
         is_number(text.substr(second + 1));
}

}  // namespace smelt
