// SPDX-License-Identifier: Apache-2.0
//
// Sections of the user's linker script for weights and arena.
#pragma once

#include <string>

#include "compiler/diagnostics.h"
#include "tools/model.h"

namespace smelt::tools {

/// Notes "weights=.qspi,arena=.dtcm" for the emitter; false, and why, if that is not understood or
/// the target keeps its constants elsewhere.
bool set_sections(const std::string& text, Compiled& compiled, Diagnostics& diagnostics);

}  // namespace smelt::tools
