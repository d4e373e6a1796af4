// SPDX-License-Identifier: Apache-2.0
//
// fold_scales is the one pass after which floats are rounded differently: they must not be far off.
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/evaluate/evaluate.h"
#include "compiler/ops/add.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/transpose_conv.h"
#include "compiler/passes/passes.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

TensorId reals(Builder& b, Random& random, Shape shape) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < element_count(shape); ++i) values.push_back(random.real(-1, 1));
  return b.constant(ElementType::f32, std::move(shape), values);
}

TensorId normalized(Builder& b, Random& random, TensorId x) {
  const std::int32_t channels = b.graph[x].shape.back();
  const TensorId product =
      b.node(ops::mul, ops::MulAttributes{}, {x, reals(b, random, {channels})});
  return b.node(ops::add, ops::AddAttributes{}, {product, reals(b, random, {channels})});
}

/// Batch normalization, perhaps a layer that pads, again, and a transposed convolution.
Graph network(Random& random) {
  Builder b;
  const std::int32_t inputs = random.integer(1, 4), outputs = random.integer(1, 5);
  TensorId x = normalized(b, random, b.input(ElementType::f32, {1, 5, 4, inputs}));
  const std::int32_t pad = random.integer(0, 1);
  x = b.node(ops::conv2d, ops::Conv2dAttributes{.pads = {pad, pad, 0, 0}},
             {x, reals(b, random, {outputs, 2, 3, inputs}), reals(b, random, {outputs})});
  x = normalized(b, random, x);
  const Shape& shape = b.graph[x].shape;
  x = b.node(ops::transpose_conv,
             ops::TransposeConvAttributes{.output_shape = {1, shape[1] + 1, shape[2], 2}},
             {x, reals(b, random, {2, 2, 1, outputs})});
  b.output(normalized(b, random, x));
  return b.graph;
}

}  // namespace

TEST_CASE("networks with folded scales compute what they did", "[fold_scales]") {
  Random random(9101);
  for (int trial = 0; trial < 60; ++trial) {
    const Graph graph = network(random);
    const Graph folded = fold_scales(graph);
    CAPTURE(trial);
    REQUIRE(problems(folded) == "");
    CHECK(folded.nodes.size() <= 4);
    Evaluation before(graph), after(folded);
    const Bytes input =
        random.elements(ElementType::f32, element_count(graph[graph.inputs[0]].shape));
    const std::vector<float> expected = elements<float>({.data = before.run({input})[0]});
    const std::vector<float> found = elements<float>({.data = after.run({input})[0]});
    float largest = 0;
    for (const float each : expected) largest = std::max(largest, std::abs(each));
    for (std::size_t i = 0; i < expected.size(); ++i)
      CHECK(std::abs(found[i] - expected[i]) <= 1e-5F * std::max(largest, 1.0F));
  }
}
