// SPDX-License-Identifier: Apache-2.0
//
// The classes of cases, as a file has them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"

namespace smelt::tools {

/// Reads an array of integers, one for each of `count` cases, from a .npy file.
std::optional<std::vector<std::int64_t>> read_labels(const std::string& path, std::size_t count,
                                                     Diagnostics& diagnostics);

}  // namespace smelt::tools
