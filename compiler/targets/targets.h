// SPDX-License-Identifier: Apache-2.0
//
// The list of targets; one file each.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "compiler/targets/target.h"

// One line a target, from the smallest core to the largest of each family.
#define SMELT_TARGETS(target)                                                                    \
  target(generic) target(host) target(cortex_m0plus) target(cortex_m3) target(cortex_m4)         \
      target(cortex_m7) target(cortex_m33) target(cortex_m55) target(cortex_m85) target(rv32imc) \
          target(rv32imafc) target(atmega328p) target(atmega2560)

namespace smelt {

#define SMELT_DECLARE_TARGET(target) extern const Target target;
SMELT_TARGETS(SMELT_DECLARE_TARGET)
#undef SMELT_DECLARE_TARGET

std::span<const Target* const> all_targets();

/// The target of that name, or null.
const Target* find_target(std::string_view name);

/// All names, with commas between.
std::string target_names();

}  // namespace smelt
