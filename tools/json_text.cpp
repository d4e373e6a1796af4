// SPDX-License-Identifier: Apache-2.0
#include "tools/json_text.h"

#include <nlohmann/json.hpp>

namespace smelt::tools {

std::string json_text(const nlohmann::json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace smelt::tools
