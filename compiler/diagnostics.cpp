// SPDX-License-Identifier: Apache-2.0
#include "compiler/diagnostics.h"

#include <fmt/format.h>

#include "compiler/graph/graph.h"

namespace smelt {

Place place_of(const Graph& graph) {
  return {.file = graph.file, .kind = {}, .name = {}};
}

Place place_of(const Graph& graph, const Node& node) {
  return {.file = graph.file,
          .operator_index = node.file_index,
          .kind = node.file_kind.empty() ? std::string(node.op->name) : node.file_kind,
          .name = node.name};
}

namespace {

/// Names come from files: control characters must not reach the terminal.
std::string printable(const std::string& text) {
  std::string result;
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      result += c;
  return result;
}

std::string operator_text(const Place& place) {
  if (place.kind.empty()) return "";
  const std::string name = place.name.empty() ? "" : fmt::format(" \"{}\"", printable(place.name));
  if (place.operator_index < 0) return fmt::format("operator {}{}: ", place.kind, name);
  return fmt::format("operator {} ({}{}): ", place.operator_index, place.kind, name);
}

}  // namespace

std::string to_string(const Diagnostic& diagnostic) {
  const bool error = diagnostic.severity == Diagnostic::Severity::error;
  std::string text =
      fmt::format("{}: {}: {}{}\n", printable(diagnostic.place.file), error ? "error" : "warning",
                  operator_text(diagnostic.place), printable(diagnostic.message));
  for (const std::string& note : diagnostic.notes)
    text += fmt::format("  note: {}\n", printable(note));
  return text;
}

Diagnostic& Diagnostics::error(Place place, std::string message) {
  ++errors_;
  return all_.emplace_back(
      Diagnostic{Diagnostic::Severity::error, std::move(place), std::move(message), {}});
}

Diagnostic& Diagnostics::warning(Place place, std::string message) {
  return all_.emplace_back(
      Diagnostic{Diagnostic::Severity::warning, std::move(place), std::move(message), {}});
}

}  // namespace smelt
