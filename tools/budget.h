// SPDX-License-Identifier: Apache-2.0
//
// Whether a model fits: into the memories of its target, and into what the user allows.
#pragma once

#include <string>

#include "compiler/diagnostics.h"
#include "tools/model.h"

namespace smelt::tools {

/// Sizes as the user wrote them: "32K"; empty: no budget.
struct Budgets {
  std::string ram;
  std::string flash;
};

/// Reports what does not fit, with both figures each. RAM is arena and state; flash is constants
/// alone, since code is not compiled yet. A RAM budget is noted for the emitted assertion.
bool check_budgets(Compiled& compiled, const Budgets& budgets, Diagnostics& diagnostics);

}  // namespace smelt::tools
