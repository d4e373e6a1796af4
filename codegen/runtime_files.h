// SPDX-License-Identifier: Apache-2.0
//
// The headers of runtime-min, carried inside the program so that every output is self-contained.
#pragma once

#include <string_view>

namespace smelt {

/// The text of "smelt/conv2d.h"; empty if there is no such header.
std::string_view runtime_file(std::string_view name);

}  // namespace smelt
