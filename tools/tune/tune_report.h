// SPDX-License-Identifier: Apache-2.0
//
// What tuning found, as people and scripts read it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/price/power.h"
#include "tools/tune/tuner.h"

namespace smelt::tools {

/// All ways that were tried, the best marked, and by how much it keeps or breaks each budget.
std::string tuning_text(const Tuned& tuned, const Budgets& budgets, const Supply& supply);

nlohmann::json tuning_json(const Tuned& tuned, const Budgets& budgets);

/// Reports the budgets that even the best way breaks, and by how much.
void report_excess(const Tuned& tuned, const Budgets& budgets, const Supply& supply,
                   Diagnostics& diagnostics);

}  // namespace smelt::tools
