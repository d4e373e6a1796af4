// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/lookup.h"

#include <catch2/catch.hpp>

#include "compiler/evaluate/evaluate.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;
using enum ElementType;

TEST_CASE("lookup agrees with the oracle", "[lookup]") {
  Random random(13);
  for (int i = 0; i < 50; ++i)
    for (const ElementType from : {s8, u8})
      for (const ElementType to : {s8, u8}) {
        Builder b;
        const Shape shape = random.shape(3, 6);
        const Bytes table = random.elements(to, 256);
        const TensorId x = b.input(from, shape);
        const TensorId t = b.constant_bytes(to, {256}, table, {});
        const TensorId y = b.node(ops::lookup, {}, {x, t}, {}, to);
        b.output(y);
        REQUIRE(problems(b.graph) == "");
        const Bytes bytes = random.elements(from, element_count(shape));
        const oracle::Tensor expected = oracle::lookup(
            for_oracle(b.graph[x], bytes), for_oracle(b.graph[t], table), for_oracle(b.graph[y]));
        REQUIRE(difference(expected, b.graph[y], Evaluation(b.graph).run({bytes})[0]) == "");
      }
}

TEST_CASE("lookup indexes by bits", "[lookup]") {
  Builder b;
  const TensorId x = b.input(s8, {3});
  std::vector<std::uint8_t> table(256);
  table[0] = 1, table[127] = 2, table[255] = 3;
  b.output(b.node(ops::lookup, {}, {x, b.constant_bytes(u8, {256}, table, {})}, {}, u8));
  CHECK(Evaluation(b.graph).run({to_bytes(std::vector<std::int8_t>{0, 127, -1})})[0] ==
        Bytes{1, 2, 3});
}

TEST_CASE("lookup needs all results", "[lookup]") {
  Builder b;
  const TensorId x = b.input(s8, {3});
  const TensorId few = b.constant_bytes(s8, {2}, {1, 2}, {});
  CHECK_THROWS_WITH(b.node(ops::lookup, {}, {x, few}, {}, s8),
                    Catch::Contains("expected 256 constants"));
}
