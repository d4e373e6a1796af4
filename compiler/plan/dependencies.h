// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/program/program.h"

namespace smelt {

/// By step: the steps that must come before it, in rising order. A step needs what it reads; what
/// it writes must have been read, and written by those before it in the file; the user's own
/// functions, which may do more than they show, keep their order.
std::vector<std::vector<std::int32_t>> dependencies(const Program& program);

}  // namespace smelt
