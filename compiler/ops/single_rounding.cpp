// SPDX-License-Identifier: Apache-2.0
//
// Both are ascending step functions of the sum, so they are equal if they reach every output at the
// same sum. Where outputs k > zero point begin is, with m for the multiplier and n for the shift,
//   twice: sum >= ((k - zero - 1/2) 2^n - 1/2) 2^31 / m,
//   once:  sum >= ((k - zero) 2^(n-1) - offset) 2^32 / m - bias,
// up to the next integer. The same if offset * 2^32 / m + bias = (2^(n-2) + 1/4) 2^32 / m, and as
// 2^32 / m is hardly ever an integer, some pair of integers comes as close as need be.
#include "compiler/ops/single_rounding.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "smelt/fixed_point.h"

namespace smelt {
namespace {

std::int32_t twice(const Multiplier& multiplier, const RoundedOutput& output, std::int64_t sum) {
  const std::int32_t scaled =
      smelt::requantize(static_cast<std::int32_t>(sum), multiplier.multiplier, multiplier.shift);
  return std::clamp(scaled + output.zero_point, output.range.min, output.range.max);
}

std::int32_t once(const SingleRounding& stage, const IntegerRange& range, std::int64_t sum) {
  const std::int64_t high = ((sum + stage.bias) * stage.multiplier) >> 32;
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>((high + stage.offset) >> stage.shift, range.min, range.max));
}

/// A sum that is the first with its output, and what that is.
struct Threshold {
  std::int64_t sum;
  std::int32_t output;
};

std::vector<Threshold> thresholds(const Multiplier& multiplier, const RoundedOutput& output,
                                  std::int64_t bound) {
  std::vector<Threshold> found = {{-bound, twice(multiplier, output, -bound)}};
  const std::int32_t last = twice(multiplier, output, bound);
  while (found.back().output < last) {
    std::int64_t below = found.back().sum, above = bound;
    while (above - below > 1) {
      const std::int64_t middle = below + (above - below) / 2;
      (twice(multiplier, output, middle) > found.back().output ? above : below) = middle;
    }
    found.push_back({above, twice(multiplier, output, above)});
  }
  return found;
}

bool agrees(const SingleRounding& stage, const IntegerRange& range,
            const std::vector<Threshold>& thresholds, std::int64_t bound) {
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    const std::int64_t last = i + 1 < thresholds.size() ? thresholds[i + 1].sum - 1 : bound;
    if (once(stage, range, thresholds[i].sum) != thresholds[i].output ||
        once(stage, range, last) != thresholds[i].output)
      return false;
  }
  return true;
}

}  // namespace

std::optional<SingleRounding> single_rounding(const Multiplier& multiplier,
                                              const RoundedOutput& output, std::int64_t bound) {
  // All that follows stays in 32 bits, with the largest bias that is tried.
  constexpr std::int32_t tries = 1 << 16;
  const std::int32_t shift = -multiplier.shift - 1;
  if (output.range.min < output.zero_point || multiplier.multiplier < 1 << 30 || shift < 0 ||
      shift > 21 || bound >= std::int64_t{1} << 30)
    return std::nullopt;
  const std::vector<Threshold> exact = thresholds(multiplier, output, bound);
  const double step = std::ldexp(1, 32) / multiplier.multiplier;
  const double ideal = std::ldexp(1, shift - 1) + 0.25;
  for (std::int32_t i = 0; i < tries; ++i) {
    const std::int32_t offset = static_cast<std::int32_t>(ideal) + i;
    const double bias = std::floor((ideal - offset) * step);
    for (const std::int32_t more : {0, 1}) {
      const SingleRounding stage{.bias = static_cast<std::int32_t>(bias) + more,
                                 .multiplier = multiplier.multiplier,
                                 .offset = offset + output.zero_point * (1 << shift),
                                 .shift = shift};
      if (agrees(stage, output.range, exact, bound)) return stage;
    }
  }
  return std::nullopt;
}

}  // namespace smelt
