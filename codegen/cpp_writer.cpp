// SPDX-License-Identifier: Apache-2.0
#include "codegen/cpp_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace smelt {
namespace {

constexpr std::size_t columns = 100;

template <typename T>
T element(std::span<const std::uint8_t> bytes, std::size_t index) {
  T value;
  std::memcpy(&value, &bytes[index * sizeof(T)], sizeof(T));
  return value;
}

std::string element_literal(ElementType type, std::span<const std::uint8_t> bytes,
                            std::size_t i) {
  switch (type) {
    case ElementType::f32: return literal(element<float>(bytes, i));
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

void CppWriter::indented(std::string_view text) {
  text_.append(static_cast<std::size_t>(depth_) * 2, ' ');
  text_ += text;
  text_ += '\n';
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
  text_ += text;
  text_ += '\n';
  return *this;
}

CppWriter& CppWriter::table_line(std::string_view text) {
  std::string line = text.empty() ? "//" : fmt::format("// {}", text);
  while (line.back() == ' ') line.pop_back();
  indented(line);
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

CppWriter& CppWriter::call(std::string_view function, const std::vector<std::string>& arguments) {
  const std::string whole = fmt::format("{}({});", function, fmt::join(arguments, ", "));
  const std::size_t indent = static_cast<std::size_t>(depth_) * 2;
  if (indent + whole.size() <= columns) return line(whole);
  const std::size_t align = function.size() + 1;
  std::string current = fmt::format("{}(", function);
  bool first = true;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string piece = arguments[i] + (i + 1 < arguments.size() ? "," : ");");
    if (!first && indent + current.size() + 1 + piece.size() > columns) {
      line(current);
      current = std::string(align, ' ') + piece;
    } else {
      current += (first ? "" : " ") + piece;
    }
    first = false;
  }
  return line(current);
}

CppWriter& CppWriter::array(std::string_view declaration, ElementType type,
                            std::span<const std::uint8_t> bytes, std::int32_t group) {
  const std::size_t count = bytes.size() / static_cast<std::size_t>(byte_size(type));
  const std::size_t width = type == ElementType::s8 || type == ElementType::u8 ? 4 : 0;
  const std::size_t per_row = width > 0 ? 16 : 8;
  const std::size_t run = group > 0 ? static_cast<std::size_t>(group) : count;
  line(fmt::format("{} = {{", declaration));
  for (std::size_t begin = 0; begin < count; begin += run) {
    // A gap where a new output channel begins, if it fills a row at least.
    if (begin > 0 && run >= per_row) blank();
    for (std::size_t i = begin; i < std::min(count, begin + run); i += per_row) {
      std::string row;
      for (std::size_t j = i; j < std::min({count, begin + run, i + per_row}); ++j)
        row += fmt::format("{:>{}},{}", element_literal(type, bytes, j), width, width ? "" : " ");
      while (row.back() == ' ') row.pop_back();
      indented("    " + row);
    }
  }
  return line("};");
}

}  // namespace smelt
