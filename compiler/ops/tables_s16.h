// SPDX-License-Identifier: Apache-2.0
//
// Tables of functions over all 16-bit arguments (the arithmetic notes, 5.2: int16 LUT), as
// smelt/softmax_s16.h reads them.
#pragma once

#include <cstdint>
#include <vector>

namespace smelt {

/// Arguments and results in real numbers, from those that -32768 means to those of 32767.
struct RealRange {
  float first, last;
};

/// 513 entries, each less half of the error that interpolating linearly to the next one makes in
/// the middle.
std::vector<std::int16_t> table_s16(float (*function)(float), RealRange arguments,
                                    RealRange results);

/// exp(x) for x from -10 to 0; 2 is beyond the end of the results.
std::vector<std::int16_t> exponential_table_s16();
/// 1 / (1 + x) for x from 0 to 1, alike.
std::vector<std::int16_t> reciprocal_table_s16();

}  // namespace smelt
