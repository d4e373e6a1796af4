// SPDX-License-Identifier: Apache-2.0
#include "codegen/cpp_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace smelt {
namespace {

template <typename T>
T element(std::span<const std::uint8_t> bytes, std::size_t index) {
  T value;
  std::memcpy(&value, &bytes[index * sizeof(T)], sizeof(T));
  return value;
}

std::string element_literal(ElementType type, std::span<const std::uint8_t> bytes, std::size_t i) {
  switch (type) {
    case ElementType::f32: return literal(element<float>(bytes, i));
    case ElementType::s4:
    case ElementType::s8: return literal(std::int64_t{element<std::int8_t>(bytes, i)});
    case ElementType::boolean:
    case ElementType::u8: return literal(std::int64_t{element<std::uint8_t>(bytes, i)});
    case ElementType::s16: return literal(std::int64_t{element<std::int16_t>(bytes, i)});
    case ElementType::s32: return literal(std::int64_t{element<std::int32_t>(bytes, i)});
    case ElementType::s64: return literal(element<std::int64_t>(bytes, i));
  }
  return {};
}

}  // namespace

std::string_view c_type(ElementType type) {
  switch (type) {
    case ElementType::f32: return "float";
    case ElementType::s4:
    case ElementType::s8: return "int8_t";
    case ElementType::boolean:
    case ElementType::u8: return "uint8_t";
    case ElementType::s16: return "int16_t";
    case ElementType::s32: return "int32_t";
    case ElementType::s64: return "int64_t";
  }
  return {};
}

std::string literal(std::int64_t value) {
  if (value == std::numeric_limits<std::int64_t>::min()) return "(-9223372036854775807LL - 1)";
  if (value == std::numeric_limits<std::int32_t>::min()) return "(-2147483647 - 1)";
  const bool wide = value > std::numeric_limits<std::int32_t>::max() ||
                    value < std::numeric_limits<std::int32_t>::min();
  return fmt::format("{}{}", value, wide ? "LL" : "");
}

std::string literal(float value) {
  if (std::isnan(value)) return "smelt::not_a_number";
  if (std::isinf(value)) return value < 0 ? "-smelt::infinity" : "smelt::infinity";
  std::string digits = fmt::format("{}", value);
  if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
  return digits + "F";
}

std::string c_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\' || c == '?')
      result += fmt::format("\\{:03o}", byte);
    else
      result += c;
  }
  return result + "\"";
}

std::string with_commas(std::int64_t value) {
  std::string digits = fmt::format("{}", value);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > (value < 0 ? 1 : 0); i -= 3)
    digits.insert(static_cast<std::size_t>(i), ",");
  return digits;
}

void CppWriter::put(std::string_view text) {
  text_.append(static_cast<std::size_t>(depth_) * 2, ' ');
  text_ += text;
  text_ += '\n';
}

/// A line that cannot be broken, as names that are too long make it, is one that clang-format would
/// break in its own way.
void CppWriter::indented(std::string_view text) {
  const bool protect = !table_ && static_cast<std::size_t>(depth_) * 2 + text.size() > columns;
  if (protect) put("// clang-format off");
  put(text);
  if (protect) put("// clang-format on");
}

CppWriter& CppWriter::begin_table() {
  put("// clang-format off");
  table_ = true;
  return *this;
}

CppWriter& CppWriter::end_table() {
  table_ = false;
  if (text_.ends_with("\n\n")) text_.pop_back();
  put("// clang-format on");
  return *this;
}

CppWriter& CppWriter::line(std::string_view text) {
  indented(text);
  return *this;
}

CppWriter& CppWriter::blank() {
  text_ += '\n';
  return *this;
}

CppWriter& CppWriter::directive(std::string_view text) {
  const int depth = std::exchange(depth_, 0);
  indented(text);
  depth_ = depth;
  return *this;
}

CppWriter& CppWriter::table_line(std::string_view text) {
  std::string line = text.empty() ? "//" : fmt::format("// {}", text);
  while (line.back() == ' ') line.pop_back();
  put(line);
  return *this;
}

CppWriter& CppWriter::comment(std::string_view text) {
  const std::size_t room = columns - static_cast<std::size_t>(depth_) * 2 - 3;
  while (text.size() > room) {
    std::size_t space = text.rfind(' ', room);
    if (space == std::string_view::npos) space = text.find(' ');
    if (space == std::string_view::npos) break;
    table_line(text.substr(0, space));
    text.remove_prefix(space + 1);
  }
  return table_line(text);
}

CppWriter& CppWriter::open(std::string_view head) {
  indented(fmt::format("{} {{", head));
  ++depth_;
  return *this;
}

CppWriter& CppWriter::close(std::string_view tail) {
  --depth_;
  indented(tail);
  return *this;
}

CppWriter& CppWriter::indent() {
  ++depth_;
  return *this;
}

CppWriter& CppWriter::outdent() {
  --depth_;
  return *this;
}

/// Pieces on as few lines as hold them: after `first`, and `indent` columns into further lines.
std::vector<std::string> CppWriter::packed(std::string first, std::size_t indent,
                                           const std::vector<std::string>& pieces) const {
  const std::size_t room = columns - static_cast<std::size_t>(depth_) * 2;
  std::vector<std::string> lines = {std::move(first)};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::size_t space = i > 0 ? 1 : 0;
    if (i > 0 && lines.back().size() + space + pieces[i].size() > room)
      lines.push_back(std::string(indent, ' ') + pieces[i]);
    else
      lines.back() += std::string(space, ' ') + pieces[i];
  }
  return lines;
}

/// `function(arguments...)tail`, broken after commas: the arguments below one another, or all below
/// the function where that takes fewer lines.
void CppWriter::list(std::string_view function, const std::vector<std::string>& arguments,
                     std::string_view tail) {
  std::vector<std::string> pieces = arguments;
  for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i] += i + 1 == pieces.size() ? tail : ",";
  if (pieces.empty()) pieces.emplace_back(tail);
  const std::string head = fmt::format("{}(", function);
  std::vector<std::string> lines = packed(head, head.size(), pieces);
  const auto fits = [&](const std::vector<std::string>& text) {
    return std::all_of(text.begin(), text.end(), [&](const std::string& line) {
      return static_cast<std::size_t>(depth_) * 2 + line.size() <= columns;
    });
  };
  std::vector<std::string> below = packed("    ", 4, pieces);
  below.insert(below.begin(), head);
  const std::size_t most = fits(lines) ? lines.size() - 1 : std::max<std::size_t>(2, lines.size());
  if (fits(below) && below.size() <= most) lines = std::move(below);
  const bool protect = !fits(lines) && !table_;
  if (protect) begin_table();
  for (const std::string& each : lines) put(each);
  if (protect) end_table();
}

CppWriter& CppWriter::call(std::string_view function, const std::vector<std::string>& arguments) {
  list(function, arguments, ");");
  return *this;
}

CppWriter& CppWriter::open_function(std::string_view function,
                                    const std::vector<std::string>& parameters) {
  list(function, parameters, ") {");
  return indent();
}

CppWriter& CppWriter::function(std::string_view function,
                               const std::vector<std::string>& parameters,
                               std::string_view statement) {
  const std::string whole =
      fmt::format("{}({}) {{ {} }}", function, fmt::join(parameters, ", "), statement);
  if (static_cast<std::size_t>(depth_) * 2 + whole.size() <= columns) return line(whole);
  return open_function(function, parameters).line(statement).close();
}

CppWriter& CppWriter::array(std::string_view declaration, ElementType type,
                            std::span<const std::uint8_t> bytes, std::int32_t group) {
  std::vector<std::string> literals(bytes.size() / static_cast<std::size_t>(byte_size(type)));
  std::size_t width = 0;
  for (std::size_t i = 0; i < literals.size(); ++i) {
    literals[i] = element_literal(type, bytes, i);
    width = std::max(width, literals[i].size());
  }
  // Bytes stand as densely as they can, whatever their values; 16 of them fill a row.
  const bool dense = byte_size(type) == 1;
  if (dense) width = 4;
  const std::size_t pitch = dense ? width + 1 : width + 2;
  const std::size_t per_row = std::clamp<std::size_t>((columns - 4) / pitch, 1, dense ? 16 : 8);
  const std::size_t run = group > 0 ? static_cast<std::size_t>(group) : literals.size();
  line(fmt::format("{} = {{", declaration));
  for (std::size_t begin = 0; begin < literals.size(); begin += run) {
    // A gap where a new output channel begins, if it fills a row at least.
    if (begin > 0 && run >= per_row) blank();
    const std::size_t end = std::min(literals.size(), begin + run);
    for (std::size_t i = begin; i < end; i += per_row) {
      std::string row(dense ? 4 : 3, ' ');
      for (std::size_t j = i; j < std::min(end, i + per_row); ++j) {
        row.append(pitch - 1 - literals[j].size(), ' ');
        row += literals[j];
        row += ',';
      }
      put(row);
    }
  }
  return line("};");
}

}  // namespace smelt
