// SPDX-License-Identifier: Apache-2.0
//
// The list of targets; one file each.
#pragma once

#include <array>
#include <string_view>

#include "compiler/targets/target.h"

namespace smelt {

extern const Target generic;
extern const Target host;

inline const std::array<const Target*, 2> targets{&generic, &host};

/// The target of that name, or null.
const Target* find_target(std::string_view name);

}  // namespace smelt
