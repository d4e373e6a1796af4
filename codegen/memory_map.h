// SPDX-License-Identifier: Apache-2.0
//
// The memory plan for the terminal, at most 100 columns wide: what fills it and when, a table of
// steps and buffers, and a drawing of the arena.
#pragma once

#include <string>

#include "codegen/emit.h"

namespace smelt {

std::string memory_map(const Program& program, const EmitOptions& options);

}  // namespace smelt
