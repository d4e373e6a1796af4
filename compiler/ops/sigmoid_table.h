// SPDX-License-Identifier: Apache-2.0
//
// The table behind logistic and tanh of 16-bit numbers, as smelt/sigmoid_s16.h reads it.
#pragma once

#include <cstdint>
#include <vector>

namespace smelt {

/// 256 entries: (sigmoid(i / 24) - 1/2) * 2^16, each less half of the error that interpolating
/// linearly to the next one makes in the middle.
std::vector<std::int16_t> sigmoid_table();

}  // namespace smelt
