// SPDX-License-Identifier: Apache-2.0
//
// smelt compile --tune.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/diagnostics.h"
#include "tools/commands.h"
#include "tools/model.h"

namespace smelt::tools {

/// Whether the options of tuning are there, and none that say what it is to choose; reports which.
bool check_tuning(const CompileOptions& options, Diagnostics& diagnostics);

struct TunedModel {
  Compiled compiled;
  nlohmann::json tried;  ///< as tuning_json() has it
};

/// Compiles in the way that tuning finds; unless JSON is asked for, prints what was tried. Reports
/// the budgets that cannot be kept.
std::optional<TunedModel> compile_tuned(const CompileOptions& options, Diagnostics& diagnostics);

}  // namespace smelt::tools
