// SPDX-License-Identifier: Apache-2.0
//
// Well-known microcontrollers, as data: what fits on them, how fast they are and what they draw.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace smelt::tools {

struct Chip {
  /// As its maker calls it, without package or grade unless memories depend on them, in lower case.
  std::string_view name;
  std::string_view boards;  ///< well-known ones that carry it, with commas between; may be empty
  std::string_view target;  ///< of smelt: its core
  double mhz = 0;           ///< highest clock
  /// Of its largest well-known variant. Where all flash is outside the chip, that of the board that
  /// `source` names.
  std::int64_t flash_bytes = 0;
  std::int64_t ram_bytes = 0;  ///< that a program can use as data in one piece
  /// While the core computes from its flash, with peripherals off, typical at 25 °C; 0: not known.
  double run_uw_per_mhz = 0;
  /// While it waits with its RAM kept and a timer running, typical at 25 °C; 0: not known.
  double sleep_uw = 0;
  std::string_view
      source;  ///< documents of the figures, what ran, at what voltage, by what regulator
};

/// From the smallest core to the largest of each family, and of a core by RAM.
std::span<const Chip> all_chips();

/// The chip of exactly that name, or null.
const Chip* find_chip(std::string_view name);

}  // namespace smelt::tools
