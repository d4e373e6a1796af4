// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

std::span<const Target* const> all_targets() {
#define SMELT_TARGET_ADDRESS(target) &(target),
  static constexpr const Target* all[] = {SMELT_TARGETS(SMELT_TARGET_ADDRESS)};
#undef SMELT_TARGET_ADDRESS
  return all;
}

const Target* find_target(std::string_view name) {
  for (const Target* target : all_targets())
    if (target->name == name) return target;
  return nullptr;
}

std::string target_names() {
  std::string names;
  for (const Target* target : all_targets()) names += (names.empty() ? "" : ", ") + target->name;
  return names;
}

}  // namespace smelt
