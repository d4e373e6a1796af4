// SPDX-License-Identifier: Apache-2.0
//
// Text of any origin, made fit for XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

/// As it stands between tags, or between double quotes. Bytes that are no characters of UTF-8, and
/// control characters, become U+FFFD.
std::string xml_escaped(std::string_view text);

/// At most `longest` characters: of longer texts the beginning and the end, with an ellipsis
/// between them, since names of layers differ at their ends.
std::string abridged(std::string_view text, std::size_t longest);

}  // namespace smelt
