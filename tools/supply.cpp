// SPDX-License-Identifier: Apache-2.0
#include "tools/supply.h"

#include <fmt/format.h>

namespace smelt::tools {

const Chip* chip_of(const std::string& name, Diagnostics& diagnostics) {
  const Chip* const chip = find_chip(name);
  if (chip) return chip;
  Diagnostic& error =
      diagnostics.error({.file = "--chip"}, fmt::format("smelt does not know a \"{}\"", name));
  error.note("smelt chips lists those that it knows");
  error.note("for others, give --target with --mhz and --uw-per-mhz of their data sheet");
  return nullptr;
}

Supply supply_of(const Chip* chip, const SupplyOptions& options) {
  Supply supply;
  if (chip) supply = {chip->mhz, chip->run_uw_per_mhz, chip->sleep_uw};
  supply.mhz = options.mhz.value_or(supply.mhz);
  supply.run_uw_per_mhz = options.uw_per_mhz.value_or(supply.run_uw_per_mhz);
  supply.sleep_uw = options.sleep_uw.value_or(supply.sleep_uw);
  return supply;
}

}  // namespace smelt::tools
