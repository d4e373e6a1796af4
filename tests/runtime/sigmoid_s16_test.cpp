// SPDX-License-Identifier: Apache-2.0
//
// Logistic and tanh of 16-bit numbers over every argument up to beyond the table's end, against
// the oracle's own table.
#include "smelt/sigmoid_s16.h"

#include <catch2/catch.hpp>

#include "compiler/ops/sigmoid_table.h"
#include "tests/oracle/fixed_point.h"

using namespace smelt;

TEST_CASE("logistic and tanh by table are the oracle's everywhere", "[sigmoid]") {
  const std::vector<std::int16_t> table = sigmoid_table();
  REQUIRE(table.size() == 256);
  for (std::int32_t x = -140'000; x <= 140'000; ++x) {
    if (table_logistic(table.data(), x) != oracle::logistic_s16(x)) FAIL("logistic of " << x);
    if (table_tanh(table.data(), x) != oracle::tanh_s16(x)) FAIL("tanh of " << x);
  }
  // A cell of the largest scale reaches this far.
  for (const std::int32_t x : {INT32_MAX, -INT32_MAX}) {
    CHECK(table_logistic(table.data(), x) == oracle::logistic_s16(x));
    CHECK(table_tanh(table.data(), x) == oracle::tanh_s16(x));
  }
}
