// SPDX-License-Identifier: Apache-2.0
//
// Averages without a division against the definition, all there are.
#include "smelt/pool2d.h"

#include <catch2/catch.hpp>

using namespace smelt;

namespace {

/// Half away from zero, as the arithmetic notes have it (5.6).
std::int32_t average(std::int32_t sum, std::int32_t taps) {
  return (sum > 0 ? sum + taps / 2 : sum - taps / 2) / taps;
}

/// Whether all sums of so many numbers of T are averaged right.
template <typename T>
bool are_right(std::int32_t taps) {
  const tap_count count = count_of(taps);
  for (std::int32_t sum = INT8_MIN * taps; sum <= UINT8_MAX * taps; ++sum) {
    if (std::is_signed_v<T> ? sum > INT8_MAX * taps : sum < 0) continue;
    if (average_pool<T>::finish(sum, count) != average(sum, taps)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("averages are rounded half away from zero", "[pool2d]") {
  for (std::int32_t taps = 1; taps <= most_inverted + 20; ++taps) {
    CAPTURE(taps);
    CHECK((count_of(taps).inverse != 0) == (taps <= most_inverted));
    CHECK(are_right<std::int8_t>(taps));
    CHECK(are_right<std::uint8_t>(taps));
  }
}
