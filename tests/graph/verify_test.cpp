// SPDX-License-Identifier: Apache-2.0
//
// Element types that only some tensors may have.
#include <catch2/catch.hpp>

#include "tests/support/builder.h"

using namespace smelt;
using namespace smelt::test;
using Catch::Contains;

TEST_CASE("constants of 4 bits hold numbers from -8 to 7", "[verify]") {
  const auto said = [](std::vector<std::uint8_t> bytes) {
    Builder b;
    b.constant_bytes(ElementType::s4, {2}, std::move(bytes), {});
    return problems(b.graph);
  };
  CHECK(said({0xf8, 7}) == "");
  CHECK_THAT(said({0xf7, 7}), Contains("of type s4 has element -9"));
  CHECK_THAT(said({0xf8, 8}), Contains("of type s4 has element 8"));
  CHECK_THAT(said({0xf8}), Contains("has 1 bytes"));
}

TEST_CASE("tensors of 4 bits are constants", "[verify]") {
  Builder b;
  b.input(ElementType::s4, {2});
  CHECK_THAT(problems(b.graph), Contains("of type s4 is no constant"));
}
