// SPDX-License-Identifier: Apache-2.0
//
// Errors and warnings about what the user gave us: values with a place and notes on what would
// work. A stage reports all it can find; its caller asks failed() when it is done. Our own mistakes
// are assertions, never diagnostics.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace smelt {

struct Graph;
struct Node;

/// Where: a file, and in it perhaps an operator.
struct Place {
  std::string file;
  std::int32_t operator_index = -1;
  std::string kind;  ///< operator name as the file's format spells it
  std::string name;  ///< layer name
};
Place place_of(const Graph& graph);
Place place_of(const Graph& graph, const Node& node);

struct Diagnostic {
  enum class Severity : std::uint8_t { warning, error };
  Severity severity = Severity::error;
  Place place;
  std::string message;
  std::vector<std::string> notes;

  Diagnostic& note(std::string text) {
    notes.push_back(std::move(text));
    return *this;
  }
};

/// `file: error: operator 7 (CONV_2D "name"): message`, then a `note:` line each.
std::string to_string(const Diagnostic& diagnostic);

class Diagnostics {
 public:
  Diagnostic& error(Place place, std::string message);
  Diagnostic& warning(Place place, std::string message);
  bool failed() const { return errors_ > 0; }
  const std::vector<Diagnostic>& all() const { return all_; }

 private:
  std::vector<Diagnostic> all_;
  int errors_ = 0;
};

}  // namespace smelt
