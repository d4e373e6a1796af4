// SPDX-License-Identifier: Apache-2.0
//
// Literals of the textual form, each written and read back without loss.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

/// In quotes; quotes, backslashes and all that is not printable ASCII are escaped.
std::string quoted(std::string_view text);
/// What stands between the quotes, or nothing if an escape is wrong.
std::optional<std::string> unescaped(std::string_view text);

/// Shortest digits that read back equal; nan, inf; other NaNs as bits: 0x7fc00001.
std::string float_text(float value);
std::optional<float> parse_float(std::string_view text);

/// With padding, in lines of 96 characters, each indented.
std::string base64_lines(std::span<const std::uint8_t> bytes);
/// Blanks are ignored.
std::optional<std::vector<std::uint8_t>> parse_base64(std::string_view text);

}  // namespace smelt
