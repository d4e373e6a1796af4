// SPDX-License-Identifier: Apache-2.0
//
// The list of operators: one line each.
#pragma once

#include <span>
#include <string_view>

#include "compiler/graph/op_def.h"

namespace smelt::ops {

/// All operators, by name.
std::span<const OpDef* const> all();

/// The operator of that name, or null.
const OpDef* find(std::string_view name);

}  // namespace smelt::ops
