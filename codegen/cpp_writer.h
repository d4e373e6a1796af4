// SPDX-License-Identifier: Apache-2.0
//
// The only code that knows indentation, braces, line lengths and literals of the emitted C++.
// What it writes is clang-format clean (Google style, 100 columns, pointers to the right); where
// that is not worth knowing, it says "clang-format off".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/graph/types.h"

namespace smelt {

/// C type of an element: "int8_t".
std::string_view c_type(ElementType type);
/// Literals that compile to exactly this number, without a warning on any target.
std::string literal(std::int64_t value);
std::string literal(float value);
/// A C string literal.
std::string c_string(std::string_view text);
/// 1,234,567
std::string with_commas(std::int64_t value);

class CppWriter {
 public:
  static constexpr std::size_t columns = 100;

  /// One line of code at the current indentation.
  CppWriter& line(std::string_view text);
  CppWriter& blank();
  /// A preprocessor line, never indented.
  CppWriter& directive(std::string_view text);
  /// A comment line each; long ones are broken between words.
  CppWriter& comment(std::string_view text);
  /// A comment line kept as it is: tables.
  CppWriter& table_line(std::string_view text);
  /// "head {" and what follows indented, until close().
  CppWriter& open(std::string_view head);
  CppWriter& close(std::string_view tail = "}");
  /// Deeper and back without braces: the statements of a case.
  CppWriter& indent();
  CppWriter& outdent();
  /// `function(arguments...);`, broken after commas where it does not fit.
  CppWriter& call(std::string_view function, const std::vector<std::string>& arguments);
  /// `function(parameters...) {` and what follows indented, until close().
  CppWriter& open_function(std::string_view function, const std::vector<std::string>& parameters);
  /// A function of one statement, on one line if it fits.
  CppWriter& function(std::string_view function, const std::vector<std::string>& parameters,
                      std::string_view statement);
  /// The elements of an array in aligned rows, a blank line between groups of `group`; within
  /// begin_table() and end_table().
  CppWriter& array(std::string_view declaration, ElementType type,
                   std::span<const std::uint8_t> bytes, std::int32_t group);
  /// What lies between is laid out for the reader: clang-format leaves it alone.
  CppWriter& begin_table();
  CppWriter& end_table();

  const std::string& text() const { return text_; }

 private:
  void put(std::string_view text);
  void indented(std::string_view text);
  std::vector<std::string> packed(std::string first, std::size_t indent,
                                  const std::vector<std::string>& pieces) const;
  void list(std::string_view function, const std::vector<std::string>& arguments,
            std::string_view tail);

  std::string text_;
  int depth_ = 0;
  bool table_ = false;
};

}  // namespace smelt
