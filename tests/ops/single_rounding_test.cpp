// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/single_rounding.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "smelt/fixed_point.h"
#include "smelt/linear_blocks.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

TEST_CASE("a single rounding gives what two give, for every sum", "[single_rounding]") {
  Random random(4301);
  int found = 0;
  for (int trial = 0; trial < 40; ++trial) {
    const Multiplier multiplier{random.integer(1 << 30, INT32_MAX), random.integer(-12, -1)};
    const std::int32_t zero = random.coin() ? -128 : random.integer(-128, 100);
    const RoundedOutput output{zero, {zero, random.coin() ? 127 : random.integer(zero, 127)}};
    const std::int32_t bound = random.integer(1, 1 << (8 - multiplier.shift));
    const auto stage = single_rounding(multiplier, output, bound);
    if (!stage) continue;
    ++found;
    bool equal = true;
    for (std::int32_t sum = -bound; sum <= bound; ++sum) {
      const std::int32_t twice =
          std::clamp(smelt::requantize(sum, multiplier.multiplier, multiplier.shift) + zero,
                     output.range.min, output.range.max);
      equal = equal && twice == smelt::blocks::round_once(sum + stage->bias, stage->multiplier,
                                                          stage->offset, stage->shift,
                                                          output.range.min, output.range.max);
    }
    CAPTURE(multiplier.multiplier, multiplier.shift, zero, bound);
    CHECK(equal);
  }
  CHECK(found > 30);
}

TEST_CASE("there is no single rounding where negative sums count", "[single_rounding]") {
  CHECK_FALSE(single_rounding({1500000000, -8}, {0, {-128, 127}}, 100000));
}

TEST_CASE("two roundings of a block are those of requantize", "[single_rounding]") {
  Random random(4302);
  bool equal = true;
  for (int trial = 0; trial < 200000; ++trial) {
    const std::int32_t sum = random.integer(-(1 << 30) + 1, (1 << 30) - 1) >> random.integer(0, 29);
    const std::int32_t multiplier = random.integer(0, INT32_MAX), n = random.integer(1, 22);
    const std::int32_t zero = random.integer(-128, 127), half = 1 << (n - 1);
    const std::int32_t expected =
        std::clamp(smelt::requantize(sum, multiplier, -n) + zero, -128, 127);
    equal = equal && expected == smelt::blocks::round_twice(sum, multiplier, half + zero * 2 * half,
                                                            n, -128, 127);
  }
  CHECK(equal);
}
