// SPDX-License-Identifier: Apache-2.0
//
// The arena in characters: a line for each step, downwards, and a column for as many bytes as it
// takes, to the right.
#pragma once

#include <string>
#include <vector>

#include "codegen/context.h"
#include "codegen/memory.h"

namespace smelt {

/// The character of each resident: capitals for tensors, others small. No two that are drawn in
/// neighbouring lines have the same, unless there are too many: '#'.
std::vector<char> resident_marks(const Memory& memory);

std::string arena_drawing(const EmitContext& context, const Memory& memory,
                          const std::vector<char>& marks);

/// Beside a step: part of the bracket around a pipeline, or a space.
char bracket(const Program& program, std::size_t step);

/// Of a column of layers, at most `most`.
std::size_t layer_width(const EmitContext& context, std::size_t most);

}  // namespace smelt
