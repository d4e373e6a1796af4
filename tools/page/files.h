// SPDX-License-Identifier: Apache-2.0
//
// The style and the script of the page, carried inside the program.
#pragma once

#include <string_view>

namespace smelt::tools {

/// The text of "style.css" or "script.js".
std::string_view page_file(std::string_view name);

}  // namespace smelt::tools
