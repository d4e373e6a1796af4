// SPDX-License-Identifier: Apache-2.0
//
// From cycles to time, energy and the life of a battery.
#pragma once

namespace smelt::tools {

/// What a core runs at and takes. Zeros are not known.
struct Supply {
  double mhz = 0;             ///< its clock
  double run_uw_per_mhz = 0;  ///< microwatts for each MHz, while it computes
  double sleep_uw = 0;        ///< microwatts in between, with RAM kept
};

/// Joules of a CR2032: 225 mAh at 3 V, the nominal capacity in Panasonic's data sheet. Cells that
/// are old, cold or heavily loaded have less.
constexpr double coin_cell_joules = 0.225 * 3600 * 3.0;

double milliseconds(double cycles, const Supply& supply);
double microjoules(double cycles, const Supply& supply);

/// Inferences of so many cycles that a CR2032 has energy for, if it does nothing else.
double coin_cell_inferences(double cycles, const Supply& supply);
/// Days that a CR2032 lasts at an inference every `seconds`, asleep in between. 0: the core is not
/// that fast.
double coin_cell_days(double cycles, const Supply& supply, double seconds);

}  // namespace smelt::tools
