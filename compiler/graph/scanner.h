// SPDX-License-Identifier: Apache-2.0
//
// Reads the tokens of the textual form. A cursor with a sticky failure: after the first error of a
// statement nothing is accepted any more until next_statement(), so that the grammar in parse.cpp
// needs no checks between two tokens.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/diagnostics.h"

namespace smelt {

class Scanner {
 public:
  Scanner(std::string_view text, std::string_view source, Diagnostics& diagnostics)
      : text_(text), source_(source), diagnostics_(diagnostics) {}

  /// Moves to the next statement, over the rest of one that failed; false at the end of the text
  /// or after so many errors that more would not help.
  bool next_statement();
  /// Expects the end of the line.
  void end_statement();

  bool accept(char c);
  bool accept_word(std::string_view word);
  void expect(char c);
  /// A word, of which `what` is the role in the message if there is none.
  std::string_view word(std::string_view what);
  /// The string that stands here, if one does.
  std::optional<std::string> string();
  template <typename Integer>
  Integer integer() {
    using Limits = std::numeric_limits<Integer>;
    return static_cast<Integer>(integer(Limits::min(), Limits::max()));
  }
  float number();
  /// All up to `end`, which is consumed.
  std::string_view until(char end);

  /// Calls `item` for each element between the brackets, which may stand on several lines.
  template <typename Item>
  void list(char open, char close, Item item) {
    expect(open);
    across_lines_ = true;
    if (!accept(close)) {
      do item();
      while (accept(','));
      expect(close);
    }
    across_lines_ = false;
  }

  /// Reports that something else stands here.
  void expected(std::string_view what);
  /// Reports an error at the last token, unless the statement has one.
  void fail(std::string message, std::string note = {});
  bool failed() const { return failed_; }
  /// The next character, 0 at the end of the line.
  char peek();

  std::size_t token() const { return token_; }  ///< position of the last token
  void error_at(std::size_t position, std::string message, std::string note = {});
  int errors() const { return errors_; }

 private:
  std::int64_t integer(std::int64_t min, std::int64_t max);
  void skip_blanks();
  void skip_line();
  /// The characters from here on that satisfy `belongs`.
  std::string_view run(bool (*belongs)(char));

  std::string_view text_;
  std::string_view source_;
  Diagnostics& diagnostics_;
  std::size_t position_ = 0;
  std::size_t token_ = 0;
  int errors_ = 0;
  bool failed_ = false;
  bool across_lines_ = false;
};

}  // namespace smelt
