// SPDX-License-Identifier: Apache-2.0
//
// The errors of all layers, as smelt verify --layers shows them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/model.h"
#include "tools/verification.h"

namespace smelt::tools {

/// A line for each layer, under the name of its step in the emitted code, and what the columns are.
std::string layer_table(const Compiled& compiled, const std::vector<ComparedLayer>& layers);

/// All that is known of the layers.
nlohmann::json to_json(const Compiled& compiled, const std::vector<ComparedLayer>& layers);

}  // namespace smelt::tools
