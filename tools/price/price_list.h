// SPDX-License-Identifier: Apache-2.0
//
// Prices as people and scripts read them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/price/price.h"

namespace smelt::tools {

/// A column for each target: flash, RAM and work; then, of each, the functions that take most.
std::string price_list(const std::vector<Price>& prices);

/// A list of objects: all fields of each price by their names, and the sums flash_bytes, ram_bytes.
nlohmann::json prices_json(const std::vector<Price>& prices);

}  // namespace smelt::tools
