// SPDX-License-Identifier: Apache-2.0
//
// The memory plan as a picture: time to the right, addresses upwards, a box for every buffer.
#pragma once

#include <string>

#include "codegen/emit.h"
#include "codegen/svg.h"

namespace smelt {

/// A self-contained SVG file, light or dark as its reader likes it. Of every buffer of the arena
/// that has bytes, a <g> with its name as id holds a <title> of all that is known of it and a
/// <rect> of its bytes and steps.
std::string memory_svg(const Program& program, const EmitOptions& options);
/// Likewise, without what the page says of the model; boxes and steps belong to their layers.
std::string memory_svg(const Program& program, const EmitOptions& options, const SvgPart& part);

}  // namespace smelt
