// SPDX-License-Identifier: Apache-2.0
//
// What the command line says of a device's clock and power.
#pragma once

#include <string>

#include "compiler/diagnostics.h"
#include "tools/commands.h"
#include "tools/price/chips.h"
#include "tools/price/power.h"

namespace smelt::tools {

/// The chip of that name; reports that there is none.
const Chip* chip_of(const std::string& name, Diagnostics& diagnostics);

/// What the user says comes before what is known of a chip, which may be null.
Supply supply_of(const Chip* chip, const SupplyOptions& options);

}  // namespace smelt::tools
