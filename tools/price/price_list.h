// SPDX-License-Identifier: Apache-2.0
//
// Prices as people read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/price/price.h"

namespace smelt::tools {

/// Of its chip, or of its target.
std::string name_of(const Price& price);

/// Three digits that say something.
std::string measured(double value, std::string_view unit);

/// How long a battery lasts at an inference every so many seconds; empty: not known. Without what
/// the chip takes asleep, that is what it is at most.
std::string life(const Price& price, double seconds);

/// "void smelt::conv<window>::row(int)" -> "smelt::conv::row"; what the compiler says of a copy of
/// a function, " (.specialized.1)", is left out.
std::string bare_name(std::string readable);

/// A column for each price: flash, RAM and work, and, of cores whose clock and power are known,
/// time, energy and the life of a battery at an inference every so many seconds. Then, of each, the
/// layers, and the functions that take most.
std::string price_list(const std::vector<Price>& prices, const std::vector<double>& every);

}  // namespace smelt::tools
