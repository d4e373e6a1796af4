// SPDX-License-Identifier: Apache-2.0
//
// Slices and concats without a copy, where that is right.
#include "compiler/plan/views.h"

#include <catch2/catch.hpp>
#include <string>

#include "compiler/evaluate/evaluate.h"
#include "compiler/lower/lower.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/functions.h"
#include "compiler/ops/slice.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/check_plan.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

constexpr ElementType f32 = ElementType::f32;

class Drawing : public Builder {
 public:
  TensorId abs(TensorId x) { return node(ops::abs, {}, {x}); }
  TensorId concat(std::vector<TensorId> inputs, std::int32_t axis) {
    return node(ops::concat, ops::ConcatAttributes{axis}, std::move(inputs));
  }
  TensorId dense(TensorId x, std::int32_t units) {
    const std::int32_t inputs = graph[x].shape.back();
    const std::vector<float> weights(static_cast<std::size_t>(units * inputs), 0.5F);
    return node(ops::fully_connected, ops::FullyConnectedAttributes{},
                {x, constant<float>(f32, {units, inputs}, weights)});
  }
  /// `count` from `begin` on along the first dimension.
  TensorId slice(TensorId x, std::int32_t begin, std::int32_t count) {
    ops::SliceAttributes attributes{.begin = Shape(graph[x].shape.size(), 0),
                                    .stride = Shape(graph[x].shape.size(), 1),
                                    .size = graph[x].shape};
    attributes.begin[0] = begin;
    attributes.size[0] = count;
    return node(ops::slice, attributes, {x});
  }
};

/// Calls of the planned program, whose plan and results are found right.
std::string calls(const Graph& graph, const PlanOptions& options = {}) {
  REQUIRE(problems(graph).empty());
  const Program program = plan(lower(graph, generic), options);
  CHECK(plan_problem(program, options).empty());
  Random random(1);
  std::vector<Bytes> inputs;
  for (const TensorId id : graph.inputs)
    inputs.push_back(random.elements(graph[id].type, element_count(graph[id].shape)));
  CHECK(Evaluation(program).run(inputs) == Evaluation(graph).run(inputs));
  std::string names;
  for (const Step& step : program.steps) names += step.kernel.name + " ";
  return names;
}

}  // namespace

TEST_CASE("slices of neighbouring bytes are read where they lie", "[plan]") {
  Drawing b;
  const TensorId x = b.abs(b.input(f32, {6, 5}));
  b.output(b.abs(b.slice(x, 0, 2)));
  b.output(b.abs(b.slice(x, 2, 4)));
  CHECK(calls(b.graph) == "abs_elements abs_elements abs_elements ");
  CHECK(calls(b.graph, {.share = false}) ==
        "abs_elements move_runs abs_elements move_runs abs_elements ");
}

TEST_CASE("parts of a concat are written where they belong", "[plan]") {
  Drawing b;
  const TensorId x = b.input(f32, {1, 2, 5}), y = b.input(f32, {1, 3, 5});
  const TensorId inner = b.concat({b.abs(x), b.abs(y)}, 1);
  b.output(b.concat({b.abs(y), inner, b.abs(x)}, 1));
  CHECK(calls(b.graph) == "abs_elements abs_elements abs_elements abs_elements ");
  const Program program = plan(lower(b.graph, generic), {});
  CHECK(program.arena_bytes == 4 * (5 * 5 + 10 * 5));
}

TEST_CASE("a step in place makes a part of a concat of what lies there", "[plan]") {
  Drawing b;
  const TensorId x = b.input(f32, {1, 2});
  b.output(b.concat({b.abs(b.abs(b.dense(x, 50))), b.abs(b.abs(b.dense(x, 40)))}, 1));
  CHECK(calls(b.graph) ==
        "fully_connected_f32 abs_elements abs_elements "
        "fully_connected_f32 abs_elements abs_elements ");
  CHECK(plan(lower(b.graph, generic), {}).arena_bytes == 4 * (2 + 50 + 40));
}

TEST_CASE("pieces that lie apart in the output are copied", "[plan]") {
  Drawing b;
  const TensorId x = b.input(f32, {2, 5}), y = b.input(f32, {2, 5});
  b.output(b.concat({b.abs(x), b.abs(y)}, 1));
  CHECK(calls(b.graph) == "abs_elements abs_elements concat_2 ");
}

TEST_CASE("what others own is no piece of a concat", "[plan]") {
  SECTION("an input of the model") {
    Drawing b;
    const TensorId x = b.input(f32, {2, 5}), y = b.input(f32, {2, 5});
    b.output(b.concat({b.abs(x), y}, 0));
    CHECK(calls(b.graph) == "abs_elements move_runs move_runs ");
  }
  SECTION("an output of the model") {
    Drawing b;
    const TensorId x = b.input(f32, {2, 5}), y = b.input(f32, {2, 5});
    const TensorId shown = b.abs(x);
    b.output(shown);
    b.output(b.concat({shown, b.abs(y)}, 0));
    CHECK(calls(b.graph) == "abs_elements abs_elements move_runs move_runs ");
  }
  SECTION("the same tensor twice") {
    Drawing b;
    const TensorId x = b.abs(b.input(f32, {2, 5}));
    b.output(b.concat({x, x}, 0));
    CHECK(calls(b.graph) == "abs_elements move_runs move_runs ");
  }
  SECTION("a constant") {
    Drawing b;
    const TensorId x = b.abs(b.input(f32, {1, 2}));
    b.output(b.concat({x, b.constant<float>(f32, {1, 2}, {1, 2})}, 0));
    CHECK(calls(b.graph) == "abs_elements move_runs move_constant_32 ");
  }
}

TEST_CASE("bytes that the caller is given keep their alignment", "[plan]") {
  Drawing b;
  const TensorId x = b.input(ElementType::s8, {6, 3}, per_tensor(1, 0));
  const Quantization same = b.graph[x].quantization;
  const auto from = [&](std::int32_t begin) {
    return b.node(ops::slice, ops::SliceAttributes{{begin, 0}, {1, 1}, {1, 3}}, {x}, same);
  };
  b.output(from(1));
  b.output(from(4));
  CHECK(calls(b.graph) == "move_runs ");
}

TEST_CASE("a concat whose output would live too long is copied", "[plan]") {
  // While the wide layer runs, the output would be alive in place of its small piece.
  Drawing b;
  const TensorId x = b.input(f32, {1, 5});
  const TensorId narrow = b.abs(x);
  const TensorId wide = b.dense(x, 200);
  b.output(b.concat({narrow, b.dense(wide, 100)}, 1));
  CHECK(calls(b.graph) ==
        "abs_elements fully_connected_f32 fully_connected_f32 move_runs move_runs ");
  CHECK(plan(lower(b.graph, generic), {}).arena_bytes == 4 * (5 + 200 + 100));
}
