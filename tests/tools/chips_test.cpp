// SPDX-License-Identifier: Apache-2.0
//
// The table of chips can be looked up, ordered and computed with.
#include "tools/price/chips.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "compiler/targets/targets.h"

using namespace smelt;
using namespace smelt::tools;

namespace {

bool is_simple(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

/// What a chip may draw; 0 is not known.
bool within(double value, double least, double most) {
  return value == 0 || (value >= least && value <= most);
}

}  // namespace

TEST_CASE("each chip has a name of its own and is found by it alone") {
  std::set<std::string_view> names;
  for (const Chip& chip : all_chips()) {
    CAPTURE(chip.name);
    CHECK(is_simple(chip.name));
    CHECK(names.insert(chip.name).second);
    CHECK(find_chip(chip.name) == &chip);
    CHECK(!find_chip(std::string(chip.name) + "x"));
  }
  CHECK(!find_chip(""));
  CHECK(!find_chip("STM32L4R5"));
}

TEST_CASE("chips have a target, a clock, memories and a source") {
  for (const Chip& chip : all_chips()) {
    CAPTURE(chip.name);
    const Target* const target = find_target(chip.target);
    REQUIRE(target);
    CHECK((chip.mhz >= 1 && chip.mhz <= 2000));
    CHECK(chip.flash_bytes > chip.ram_bytes);
    CHECK(chip.ram_bytes > 0);
    CHECK(!chip.source.empty());
    if (target->flash_bytes > 0) {
      CHECK(chip.flash_bytes == target->flash_bytes);
      CHECK(chip.ram_bytes == target->ram_bytes);
    }
  }
}

TEST_CASE("power is known or not, and within physical sense") {
  for (const Chip& chip : all_chips()) {
    CAPTURE(chip.name, chip.run_uw_per_mhz, chip.sleep_uw);
    CHECK(within(chip.run_uw_per_mhz, 5, 2000));
    CHECK(within(chip.sleep_uw, 0.5, 5000));
    // No chip sleeps more dearly than it runs.
    if (chip.run_uw_per_mhz > 0) CHECK(chip.sleep_uw < chip.run_uw_per_mhz * chip.mhz);
  }
  // Milliamperes at 480 MHz and 3.3 V, and a headline that is by the megahertz already.
  CHECK(find_chip("stm32h743")->run_uw_per_mhz == Approx(756.25));
  CHECK(find_chip("stm32u585")->run_uw_per_mhz == Approx(64.35));
}

TEST_CASE("chips of a core stand together, the least RAM first") {
  std::set<std::string_view> done;
  const Chip* before = nullptr;
  for (const Chip& chip : all_chips()) {
    CAPTURE(chip.name);
    if (before && before->target == chip.target)
      CHECK(before->ram_bytes <= chip.ram_bytes);
    else
      CHECK(done.insert(chip.target).second);
    before = &chip;
  }
}
