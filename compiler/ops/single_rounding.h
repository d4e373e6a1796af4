// SPDX-License-Identifier: Apache-2.0
//
// Requantization rounds twice (smelt::requantize). Of outputs that are a limit wherever the sum is
// negative, which is what relu does, a single rounding gives all, if its constants are chosen well.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/ops/quantization.h"

namespace smelt {

/// From a sum to an output of 8 bits: ((high word of (sum + bias) * multiplier) + offset) >> shift,
/// limited to the range.
struct SingleRounding {
  std::int32_t bias, multiplier, offset, shift;
};

struct RoundedOutput {
  std::int32_t zero_point;
  IntegerRange range;
};

/// What gives the same outputs as requantize() for all sums up to `bound`, be they positive or
/// negative; nothing if none was found.
std::optional<SingleRounding> single_rounding(const Multiplier& multiplier,
                                              const RoundedOutput& output, std::int64_t bound);

}  // namespace smelt
