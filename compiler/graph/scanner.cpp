// SPDX-License-Identifier: Apache-2.0
#include "compiler/graph/scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "compiler/graph/literals.h"

namespace smelt {
namespace {

constexpr int max_errors = 20;
constexpr std::size_t max_quote = 24;  ///< characters of the text that a message repeats

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_letter(c) || is_digit(c);
}
bool is_number(char c) {
  return is_word(c) || c == '+' || c == '-' || c == '.';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

}  // namespace

bool Scanner::next_statement() {
  if (failed_) skip_line();
  // What an error left of a list is indented or closes it: the next statement is neither.
  while (failed_ && position_ < text_.size() &&
         (is_blank(text_[position_]) || text_[position_] == ')' || text_[position_] == ']'))
    skip_line();
  failed_ = false;
  across_lines_ = true;
  skip_blanks();
  across_lines_ = false;
  return position_ < text_.size() && errors_ < max_errors;
}

void Scanner::end_statement() {
  if (peek() != 0) expected("the end of the line");
}

void Scanner::skip_line() {
  position_ = std::min(text_.find('\n', position_), text_.size() - 1) + 1;
}

void Scanner::skip_blanks() {
  for (; position_ < text_.size(); ++position_) {
    const char c = text_[position_];
    if (c == '#') position_ = std::min(text_.find('\n', position_), text_.size());
    if (position_ == text_.size()) return;
    if (!is_blank(text_[position_]) && !(across_lines_ && text_[position_] == '\n')) return;
  }
}

char Scanner::peek() {
  skip_blanks();
  return position_ < text_.size() && text_[position_] != '\n' ? text_[position_] : '\0';
}

std::string_view Scanner::run(bool (*belongs)(char)) {
  skip_blanks();
  const std::string_view rest = text_.substr(position_);
  const auto end = std::find_if_not(rest.begin(), rest.end(), belongs);
  return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
}

bool Scanner::accept(char c) {
  if (failed_ || peek() != c) return false;
  token_ = position_++;
  return true;
}

bool Scanner::accept_word(std::string_view word) {
  if (failed_ || run(is_word) != word) return false;
  token_ = position_;
  position_ += word.size();
  return true;
}

void Scanner::expect(char c) {
  if (!accept(c)) expected(fmt::format("'{}'", c));
}

std::string_view Scanner::word(std::string_view what) {
  const std::string_view word = run(is_word);
  if (failed_ || word.empty() || is_digit(word.front())) {
    expected(what);
    return {};
  }
  token_ = position_;
  position_ += word.size();
  return word;
}

std::optional<std::string> Scanner::string() {
  if (!accept('"')) return std::nullopt;
  std::size_t end = position_;
  while (end < text_.size() && text_[end] != '"' && text_[end] != '\n')
    end += text_[end] == '\\' ? 2 : 1;
  if (end >= text_.size() || text_[end] != '"') {
    fail("this string has no end in its line");
    return std::nullopt;
  }
  std::optional<std::string> result = unescaped(text_.substr(position_, end - position_));
  if (!result) fail("wrong escape in this string", R"(escapes are \", \\ and \xNN)");
  position_ = end + 1;
  return result;
}

std::int64_t Scanner::integer(std::int64_t min, std::int64_t max) {
  const std::string_view digits = run(is_number);
  std::int64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value);
  if (failed_ || digits.empty() || result.ec != std::errc() || result.ptr != end || value < min ||
      value > max) {
    expected(fmt::format("an integer from {} to {}", min, max));
    return 0;
  }
  token_ = position_;
  position_ += digits.size();
  return value;
}

float Scanner::number() {
  const std::string_view digits = run(is_number);
  const std::optional<float> value = parse_float(digits);
  if (failed_ || !value) {
    expected("a number that f32 can hold");
    return 0;
  }
  token_ = position_;
  position_ += digits.size();
  return *value;
}

std::string_view Scanner::until(char end) {
  const std::size_t found = text_.find(end, position_);
  if (failed_ || found == text_.npos) {
    fail(fmt::format("'{}' is missing", end));
    return {};
  }
  const std::string_view result = text_.substr(position_, found - position_);
  position_ = found + 1;
  return result;
}

void Scanner::expected(std::string_view what) {
  if (failed_) return;
  const char next = peek();
  token_ = position_;
  std::string found = position_ < text_.size() ? "the end of the line" : "the end of the text";
  if (next != 0) {
    const std::string_view number = run(is_number).substr(0, max_quote);
    found = fmt::format("'{}'", number.empty() ? text_.substr(position_, 1) : number);
  }
  fail(fmt::format("expected {}, found {}", what, found));
}

void Scanner::fail(std::string message, std::string note) {
  if (!failed_) error_at(token_, std::move(message), std::move(note));
  failed_ = true;
}

void Scanner::error_at(std::size_t position, std::string message, std::string note) {
  if (errors_ == max_errors) return;
  ++errors_;
  const std::string_view before = text_.substr(0, position);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t column = position - (before.rfind('\n') + 1) + 1;
  Place place{.file = fmt::format("{}:{}:{}", source_, line, column), .kind = {}, .name = {}};
  Diagnostic& error = diagnostics_.error(std::move(place), std::move(message));
  if (!note.empty()) error.note(std::move(note));
}

}  // namespace smelt
