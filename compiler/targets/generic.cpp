// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target generic = {
    .name = "generic",
    .description = "any device with a C++14 compiler and 32-bit pointers, portable kernels only",
    .pointer_bytes = 4,
    .max_alignment = 8,
};

}  // namespace smelt
