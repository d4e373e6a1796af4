// SPDX-License-Identifier: Apache-2.0
#include "tools/price/power.h"

namespace smelt::tools {

double milliseconds(double cycles, const Supply& supply) {
  return cycles / (supply.mhz * 1000);
}

double microjoules(double cycles, const Supply& supply) {
  return cycles * supply.run_uw_per_mhz / 1e6;
}

double coin_cell_inferences(double cycles, const Supply& supply) {
  return coin_cell_joules * 1e6 / microjoules(cycles, supply);
}

double coin_cell_days(double cycles, const Supply& supply, double seconds) {
  const double asleep = seconds - milliseconds(cycles, supply) / 1000;
  if (asleep < 0) return 0;
  const double microjoules_each = microjoules(cycles, supply) + supply.sleep_uw * asleep;
  constexpr double seconds_a_day = 24 * 60 * 60;
  return coin_cell_joules * 1e6 / microjoules_each * seconds / seconds_a_day;
}

}  // namespace smelt::tools
