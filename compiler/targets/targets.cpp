// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target* find_target(std::string_view name) {
  for (const Target* target : targets)
    if (target->name == name) return target;
  return nullptr;
}

}  // namespace smelt
