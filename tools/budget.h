// SPDX-License-Identifier: Apache-2.0
//
// Whether a model fits: into the memories of its target, and into what the user allows.
#pragma once

#include <string>

#include "compiler/diagnostics.h"
#include "tools/model.h"

namespace smelt::tools {

/// Reports what does not fit, with both figures each. RAM is arena and state; flash is constants
/// alone, since code is not compiled yet. `flash_budget`: as the user wrote it, "32K"; empty: none.
bool check_budgets(Compiled& compiled, const std::string& flash_budget, Diagnostics& diagnostics);

}  // namespace smelt::tools
