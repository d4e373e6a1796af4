// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target host = {
    .name = "host",
    .description = "the machine smelt runs on, for checks and evaluation",
    .features = {.x86 = true},
    .pointer_bytes = 8,
    .max_alignment = 8,
};

}  // namespace smelt
