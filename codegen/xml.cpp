// SPDX-License-Identifier: Apache-2.0
#include "codegen/xml.h"

#include <vector>

namespace smelt {
namespace {

constexpr std::string_view unknown = "\xef\xbf\xbd", ellipsis = "\xe2\x80\xa6";

/// Whether a second byte makes of the first a number that has no shorter form, is no half of a
/// surrogate pair, and is in Unicode.
bool is_second(unsigned char first, unsigned char second) {
  if (first == 0xe0) return second >= 0xa0;
  if (first == 0xed) return second < 0xa0;
  if (first == 0xf0) return second >= 0x90;
  return first != 0xf4 || second < 0x90;
}

/// Bytes of the character that a text begins with; 0: they are none.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < length || !is_second(first, byte(1))) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  // The last two of this plane are no characters in XML.
  return first == 0xef && byte(1) == 0xbf && byte(2) >= 0xbe ? 0 : length;
}

/// Takes the first character away.
std::string_view next(std::string_view& text) {
  const std::size_t length = character(text);
  const std::string_view result = length == 0 ? unknown : text.substr(0, length);
  text.remove_prefix(length == 0 ? 1 : length);
  return result;
}

std::string_view escaped(std::string_view one) {
  if (one == "<") return "&lt;";
  if (one == ">") return "&gt;";
  if (one == "&") return "&amp;";
  if (one == "\"") return "&quot;";
  return one;
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const bool breaks = text.front() == '\n';
    const std::string_view each = next(text);
    result += breaks ? "\n" : escaped(each);
  }
  return result;
}

std::string abridged(std::string_view text, std::size_t longest) {
  std::vector<std::string_view> characters;
  while (!text.empty()) characters.push_back(next(text));
  const bool fits = characters.size() <= longest;
  const std::size_t head = fits ? characters.size() : longest / 3;
  const std::size_t tail = fits ? 0 : longest - head - 1;
  std::string result;
  for (std::size_t i = 0; i < head; ++i) result += characters[i];
  if (!fits) result += ellipsis;
  for (std::size_t i = characters.size() - tail; i < characters.size(); ++i)
    result += characters[i];
  return result;
}

}  // namespace smelt
