// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/fully_connected.h"

#include <catch2/catch.hpp>

#include "compiler/evaluate/evaluate.h"
#include "tests/support/builder.h"

using namespace smelt;
using namespace smelt::test;

TEST_CASE("a fully connected layer in float adds products and bias", "[fully_connected]") {
  Builder b;
  const TensorId x = b.input(ElementType::f32, {1, 2});
  const TensorId w = b.constant<float>(ElementType::f32, {3, 2}, {1, 2, 3, 4, 5, 6});
  const TensorId bias = b.constant<float>(ElementType::f32, {3}, {10, 20, -100});
  b.output(b.node(ops::fully_connected,
                  ops::FullyConnectedAttributes{.activation = Activation::relu}, {x, w, bias}));
  REQUIRE(problems(b.graph) == "");
  Evaluation evaluation(b.graph);
  CHECK(evaluation.run({floats({1, 10})})[0] == floats({31, 63, 0}));
}
