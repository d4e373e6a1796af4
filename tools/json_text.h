// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace smelt::tools {

/// Indented. Names come from files, in whatever encoding: what is no UTF-8 is replaced.
std::string json_text(const nlohmann::json& json);

}  // namespace smelt::tools
