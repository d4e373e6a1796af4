// SPDX-License-Identifier: Apache-2.0
#include "compiler/graph/literals.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace smelt {
namespace {

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t base64_line = 96;
constexpr std::string_view blanks = " \t\r\n";

template <typename Number, typename... Format>
std::optional<Number> parse_all(std::string_view text, Format... format) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value, format...);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

/// The character that the escape at the start of `text` stands for, which is removed from it.
std::optional<char> take_escape(std::string_view& text) {
  if (text.size() >= 2 && (text[1] == '"' || text[1] == '\\')) {
    const char result = text[1];
    text.remove_prefix(2);
    return result;
  }
  if (text.size() < 4 || text[1] != 'x') return std::nullopt;
  const auto code = parse_all<std::uint8_t>(text.substr(2, 2), 16);
  if (!code) return std::nullopt;
  text.remove_prefix(4);
  return static_cast<char>(*code);
}

/// 6-bit digits, most significant first, for a 24-bit group of 1 to 3 bytes.
std::string base64_group(std::span<const std::uint8_t> bytes) {
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (i < bytes.size() ? bytes[i] : 0U);
  std::string text;
  for (std::size_t i = 0; i < 4; ++i)
    text += i <= bytes.size() ? base64_digits[group >> (18 - 6 * i) & 63] : '=';
  return text;
}

/// Digit values by character, 64 for characters that are none.
constexpr std::array<std::uint8_t, 256> base64_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(64);
  for (std::size_t i = 0; i < base64_digits.size(); ++i)
    values[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

}  // namespace

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text)
    if (c == '"' || c == '\\')
      result += {'\\', c};
    else if (c >= 0x20 && c < 0x7f)
      result += c;
    else
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return result + '"';
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    if (text.front() != '\\') {
      result += text.front();
      text.remove_prefix(1);
      continue;
    }
    const std::optional<char> c = take_escape(text);
    if (!c) return std::nullopt;
    result += *c;
  }
  return result;
}

std::string float_text(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value) &&
      bits != std::bit_cast<std::uint32_t>(std::numeric_limits<float>::quiet_NaN()))
    return fmt::format("0x{:08x}", bits);
  std::array<char, 32> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), result.ptr};
}

std::optional<float> parse_float(std::string_view text) {
  if (text.starts_with("0x")) {
    const auto bits = parse_all<std::uint32_t>(text.substr(2), 16);
    return bits ? std::optional(std::bit_cast<float>(*bits)) : std::nullopt;
  }
  // One spelling of NaN, so that no bits depend on the library's from_chars.
  if (text == "nan") return std::numeric_limits<float>::quiet_NaN();
  if (text.find_first_of("nN(") != text.npos && text != "inf" && text != "-inf")
    return std::nullopt;
  return parse_all<float>(text);
}

std::string base64_lines(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    if (i % (base64_line / 4 * 3) == 0) text += "\n  ";
    text += base64_group(bytes.subspan(i, std::min<std::size_t>(3, bytes.size() - i)));
  }
  return text;
}

std::optional<std::vector<std::uint8_t>> parse_base64(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  std::uint32_t group = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (blanks.find(c) != blanks.npos) continue;
    const std::uint8_t value = base64_values[static_cast<unsigned char>(c)];
    if (c == '=') ++padding;
    if (c != '=' && (value > 63 || padding > 0)) return std::nullopt;
    group = (group << 6 | (value & 63U)) & 0xffffff;
    if (++digits % 4 != 0) continue;
    if (padding > 2) return std::nullopt;
    for (std::size_t i = 0; i < 3 - padding; ++i)
      bytes.push_back(static_cast<std::uint8_t>(group >> (16 - 8 * i) & 255));
    if ((group & ((1U << (8 * padding)) - 1)) != 0) return std::nullopt;  // bits of no byte
  }
  return digits % 4 == 0 && padding <= 2 ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace smelt
