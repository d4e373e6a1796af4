// SPDX-License-Identifier: Apache-2.0
//
// Prices as scripts read them.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "tools/price/price.h"

namespace smelt::tools {

/// A list of objects: all fields of each price by their names, and what follows from them.
nlohmann::json prices_json(const std::vector<Price>& prices, const std::vector<double>& every);

}  // namespace smelt::tools
