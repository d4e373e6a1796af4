// SPDX-License-Identifier: Apache-2.0
#include "tools/price/power.h"

#include <catch2/catch.hpp>

using namespace smelt::tools;

TEST_CASE("time and energy follow from cycles, clock and power") {
  const Supply supply = {.mhz = 64, .run_uw_per_mhz = 100, .sleep_uw = 10};
  CHECK(milliseconds(640'000, supply) == Approx(10));
  // 10 ms at 6.4 mW
  CHECK(microjoules(640'000, supply) == Approx(64));
  CHECK(coin_cell_inferences(640'000, supply) == Approx(coin_cell_joules / 64e-6));
}

TEST_CASE("a coin cell lasts as long as it has energy for inferences and for what is between") {
  const Supply supply = {.mhz = 64, .run_uw_per_mhz = 100, .sleep_uw = 10};
  const double joules_each = 64e-6 + 10e-6 * (5 - 0.01);
  CHECK(coin_cell_days(640'000, supply, 5) == Approx(coin_cell_joules / joules_each * 5 / 86400));
  // All the time at work.
  CHECK(coin_cell_days(640'000, supply, 0.01) == Approx(coin_cell_joules / 6.4e-3 / 86400));
  CHECK(coin_cell_days(640'000, supply, 0.009) == 0);
}
