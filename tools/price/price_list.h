// SPDX-License-Identifier: Apache-2.0
//
// Prices as people and scripts read them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/price/price.h"

namespace smelt::tools {

/// A column for each price: flash, RAM and work, and, of cores whose clock and power are known,
/// time, energy and the life of a battery at an inference every so many seconds. Then, of each, the
/// layers, and the functions that take most.
std::string price_list(const std::vector<Price>& prices, const std::vector<double>& every);

/// A list of objects: all fields of each price by their names, and what follows from them.
nlohmann::json prices_json(const std::vector<Price>& prices, const std::vector<double>& every);

}  // namespace smelt::tools
