// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "compiler/targets/target.h"

namespace smelt::tools {

/// Archives of a target's C library and compiler, as its toolchain on this machine links them; none
/// if it is not installed.
std::vector<std::string> libraries_of(const Target& target);

}  // namespace smelt::tools
