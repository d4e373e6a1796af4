// SPDX-License-Identifier: Apache-2.0
//
// Normalizations and products of computed matrices: by hand, and random ones against the oracle.
#include "compiler/ops/normalize.h"

#include <catch2/catch.hpp>

#include "compiler/ops/batch_matmul.h"
#include "compiler/ops/local_response.h"
#include "compiler/ops/pool2d.h"
#include "tests/support/builder.h"
#include "tests/support/oracle_graph.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;
using Catch::Contains;

namespace {

constexpr ElementType f32 = ElementType::f32;

std::vector<float> run(const Graph& graph, const std::vector<float>& input) {
  Evaluation evaluation(graph);
  return elements<float>({.data = evaluation.run({floats(input)})[0]});
}

std::vector<float> normalized(const OpDef& op, const ops::NormalizeAttributes& attributes,
                              const Shape& shape, const std::vector<float>& input) {
  Builder b;
  b.output(b.node(op, attributes, {b.input(f32, shape)}));
  return run(b.graph, input);
}

void compare(Random& random, const Graph& graph) {
  REQUIRE(problems(graph) == "");
  Evaluation evaluation(graph);
  OracleGraph oracle(graph);
  std::vector<Bytes> inputs;
  for (const TensorId id : graph.inputs)
    inputs.push_back(random.elements(f32, element_count(graph[id].shape)));
  CHECK(oracle_mismatch(graph, oracle, evaluation, inputs) == "");
}

std::string problem(const OpDef& op, std::any attributes, const std::vector<Shape>& shapes) {
  Builder b;
  std::vector<TensorId> ids;
  for (const Shape& shape : shapes) ids.push_back(b.input(f32, shape));
  try {
    b.node(op, std::move(attributes), ids);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("groups are normalized each by itself", "[normalize]") {
  CHECK(normalized(ops::normalize, {.axes = {1}}, {2, 2}, {1, 3, 5, 5}) ==
        std::vector<float>{-1, 1, 0, 0});
  CHECK(normalized(ops::l1_normalize, {.axes = {0}}, {2, 2}, {1, 0, -3, 0}) ==
        std::vector<float>{0.25F, 0, -0.75F, 0});
  CHECK(normalized(ops::l2_normalize, {.axes = {1}}, {1, 2}, {3, -4}) ==
        std::vector<float>{0.6F, -0.8F});
  CHECK(normalized(ops::inverse_deviation, {.axes = {0, 1}, .epsilon = 3}, {2, 1}, {1, 3}) ==
        std::vector<float>{0.5F});
}

TEST_CASE("random normalizations agree with the oracle", "[normalize]") {
  Random random(8101);
  for (int trial = 0; trial < 60; ++trial)
    for (const OpDef* op :
         {&ops::normalize, &ops::l1_normalize, &ops::l2_normalize, &ops::inverse_deviation}) {
      const Shape shape = random.shape(static_cast<std::size_t>(random.integer(1, 5)), 4);
      ops::NormalizeAttributes attributes{.epsilon = random.real(0.1F, 1)};
      for (std::size_t i = 0; i < shape.size(); ++i)
        if (random.coin()) attributes.axes.push_back(static_cast<std::int32_t>(i));
      Builder b;
      b.output(b.node(*op, attributes, {b.input(f32, shape)}));
      compare(random, b.graph);
    }
}

TEST_CASE("random local responses agree with the oracle", "[normalize]") {
  Random random(8102);
  for (int trial = 0; trial < 100; ++trial) {
    const Shape shape = random.shape(static_cast<std::size_t>(random.integer(1, 4)), 6);
    const auto rank = static_cast<std::int32_t>(shape.size());
    Builder b;
    b.output(b.node(ops::local_response,
                    ops::LocalResponseAttributes{.axis = random.integer(0, rank - 1),
                                                 .size = random.integer(1, 9),
                                                 .alpha = random.real(0, 1)},
                    {b.input(f32, shape)}));
    compare(random, b.graph);
  }
}

TEST_CASE("random products of matrices agree with the oracle", "[batch_matmul]") {
  Random random(8103);
  for (int trial = 0; trial < 150; ++trial) {
    const ops::BatchMatmulAttributes attributes{random.coin(), random.coin()};
    const std::int32_t rows = random.integer(1, 6), inner = random.integer(1, 6);
    const std::int32_t columns = random.integer(1, 9);
    Shape a, b_shape;
    for (std::int32_t i = random.integer(0, 2); i > 0; --i) {
      const std::int32_t extent = random.integer(1, 3);
      a.push_back(random.coin() ? extent : 1);
      b_shape.push_back(random.coin() ? extent : 1);
    }
    if (attributes.transpose_a)
      a.insert(a.end(), {inner, rows});
    else
      a.insert(a.end(), {rows, inner});
    if (attributes.transpose_b)
      b_shape.insert(b_shape.end(), {columns, inner});
    else
      b_shape.insert(b_shape.end(), {inner, columns});
    Builder b;
    b.output(b.node(ops::batch_matmul, attributes, {b.input(f32, a), b.input(f32, b_shape)}));
    CAPTURE(trial);
    compare(random, b.graph);
  }
}

TEST_CASE("random norm and dilated poolings agree with the oracle", "[pool2d]") {
  Random random(8104);
  for (int trial = 0; trial < 60; ++trial)
    for (const OpDef* op :
         {&ops::l1_pool2d, &ops::l2_pool2d, &ops::max_pool2d, &ops::average_pool2d}) {
      const ops::Pool2dAttributes attributes{
          .kernel = {random.integer(1, 3), random.integer(1, 3)},
          .stride = {random.integer(1, 3), random.integer(1, 3)},
          .pads = {random.integer(0, 2), random.integer(0, 2), random.integer(0, 2), 0},
          .dilation = {random.integer(1, 3), random.integer(1, 3)}};
      const Shape shape = {1, random.integer(3, 9), random.integer(3, 9), random.integer(1, 5)};
      if (!problem(*op, attributes, {shape}).empty()) continue;
      Builder b;
      b.output(b.node(*op, attributes, {b.input(f32, shape)}));
      compare(random, b.graph);
    }
}

TEST_CASE("normalizations and products refuse what they cannot compute", "[normalize]") {
  const ops::NormalizeAttributes wrong_axes{.axes = {1, 0}};
  CHECK_THAT(problem(ops::normalize, wrong_axes, {{2, 2}}), Contains("are not ascending"));
  const ops::NormalizeAttributes negative{.axes = {0}, .epsilon = -1};
  CHECK_THAT(problem(ops::normalize, negative, {{2, 2}}), Contains("epsilon is -1"));
  CHECK_THAT(problem(ops::local_response, ops::LocalResponseAttributes{.axis = 2}, {{2, 2}}),
             Contains("axis 2 is no dimension"));
  CHECK_THAT(problem(ops::local_response, ops::LocalResponseAttributes{.size = 0}, {{2, 2}}),
             Contains("takes 0 channels"));
  CHECK_THAT(problem(ops::batch_matmul, ops::BatchMatmulAttributes{}, {{2, 3}, {2, 3}}),
             Contains("do not go together"));
  CHECK_THAT(problem(ops::batch_matmul, ops::BatchMatmulAttributes{}, {{3}, {3, 2}}),
             Contains("do not go together"));
  CHECK_THAT(
      problem(ops::l2_pool2d,
              ops::Pool2dAttributes{.kernel = {2, 1}, .pads = {1, 0, 1, 0}, .dilation = {2, 1}},
              {{1, 1, 1, 1}}),
      Contains("as large as the 2x1 window"));
}
