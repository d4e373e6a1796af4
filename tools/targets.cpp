// SPDX-License-Identifier: Apache-2.0
//
// smelt targets: what can be compiled for.
#include "compiler/targets/targets.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/commands.h"
#include "tools/target_file.h"

namespace smelt::tools {

int targets(const TargetsOptions& options) {
  if (options.json) {
    nlohmann::json json = nlohmann::json::array();
    for (const Target* target : all_targets()) json.push_back(target_json(*target));
    fmt::print("{}\n", json.dump(2));
    return exit_good;
  }
  for (const Target* target : all_targets())
    fmt::print("{:<14} {}\n", target->name, target->description);
  fmt::print("{:<14} {}\n", "FILE.json",
             "a device that you describe, as smelt targets --json does");
  return exit_good;
}

}  // namespace smelt::tools
