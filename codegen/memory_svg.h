// SPDX-License-Identifier: Apache-2.0
//
// The memory plan as a picture: time to the right, addresses upwards, a box for every buffer.
#pragma once

#include <string>

#include "codegen/emit.h"

namespace smelt {

/// A self-contained SVG file. Of every buffer of the arena that has bytes, a <g> with its name as
/// id holds a <title> of all that is known of it and a <rect> of its bytes and steps.
std::string memory_svg(const Program& program, const EmitOptions& options);

}  // namespace smelt
