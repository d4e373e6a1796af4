// SPDX-License-Identifier: Apache-2.0
//
// Which steps become pipelines, and what that takes.
#include <catch2/catch.hpp>
#include <ctime>

#include "compiler/lower/lower.h"
#include "compiler/ops/add.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/reshape.h"
#include "compiler/plan/plan.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/check_plan.h"

using namespace smelt;
using namespace smelt::test;

namespace {

constexpr auto f32 = ElementType::f32;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer);
#else
constexpr bool sanitized = false;
#endif

TensorId conv(Builder& b, TensorId x, std::int32_t channels, std::int32_t pad,
              std::int32_t stride = 1) {
  const Shape shape{channels, 3, 3, b.graph[x].shape[3]};
  const auto count = static_cast<std::size_t>(element_count(shape));
  const TensorId weights = b.constant(f32, shape, std::vector<float>(count, 0.5F));
  const TensorId made =
      b.node(ops::conv2d,
             ops::Conv2dAttributes{.stride = {stride, stride},
                                   .dilation = {1, 1},
                                   .pads = {.top = pad, .left = 1, .bottom = pad, .right = 1}},
             {x, weights});
  b.graph.nodes.back().name = "conv_" + std::to_string(b.graph.nodes.size());
  return made;
}

TensorId mean(Builder& b, TensorId x) {
  return b.node(ops::mean, ops::ReduceAttributes{.axes = {1, 2}}, {x});
}

const PlanOptions least_ram{.schedule = Schedule::rows};

}  // namespace

TEST_CASE("a chain of layers keeps as many rows as the next kernel is high", "[plan]") {
  Builder b;
  TensorId x = b.input(f32, {1, 20, 10, 2});
  x = conv(b, conv(b, x, 4, 1), 4, 1);
  b.output(mean(b, x));
  const Program program = plan(lower(b.graph, generic), least_ram);
  REQUIRE(program.pipelines.size() == 1);
  // Rows of the input into a ring, two convolutions, the sum of their rows.
  CHECK(program.pipelines[0].last_step - program.pipelines[0].first_step == 3);
  std::vector<std::int32_t> kept;
  for (const Buffer& buffer : program.buffers)
    if (buffer.rows) kept.push_back(buffer.rows->count);
  CHECK(kept == std::vector<std::int32_t>{3, 1, 3});
  CHECK(plan_problem(program, least_ram) == "");
  CHECK(program.arena_bytes < plan(lower(b.graph, generic), {}).arena_bytes * 3 / 4);
}

TEST_CASE("a branch waits in the ring of what it begins with", "[plan]") {
  Builder b;
  const TensorId x = conv(b, b.input(f32, {1, 20, 10, 2}), 4, 1);
  const TensorId y = conv(b, conv(b, x, 4, 1), 4, 1);
  b.output(mean(b, b.node(ops::add, ops::AddAttributes{}, {x, y})));
  const Program program = plan(lower(b.graph, generic), least_ram);
  REQUIRE(program.pipelines.size() == 1);
  // Row y + 2 is there when row y is added: it and those before it are as many as a kernel's rows.
  CHECK(program[std::get<BufferId>(program.steps[1].operands[1].place)].rows->count == 3);
  CHECK(plan_problem(program, least_ram) == "");
}

TEST_CASE("a budget is met with as few steps row by row as it takes", "[plan]") {
  Builder b;
  TensorId x = b.input(f32, {1, 20, 10, 2});
  for (int i = 0; i < 6; ++i) x = conv(b, x, i < 3 ? 8 : 4, 1, i == 3 ? 2 : 1);
  b.output(mean(b, x));
  const Program lowered = lower(b.graph, generic);
  const auto steps = [](const Program& program) {
    std::int32_t count = 0;
    for (const Pipeline& each : program.pipelines) count += each.last_step - each.first_step + 1;
    return count;
  };
  const Program least = plan(lowered, least_ram);
  const Program layers = plan(lowered, {});
  PlanOptions options = least_ram;
  std::int32_t before = steps(least) + 1;
  for (options.ram = least.arena_bytes; *options.ram < layers.arena_bytes; *options.ram += 500) {
    const Program program = plan(lowered, options);
    CHECK(program.arena_bytes <= *options.ram);
    CHECK(steps(program) <= before);
    before = steps(program);
  }
  options.ram = layers.arena_bytes;
  CHECK(plan(lowered, options).pipelines.empty());
}

TEST_CASE("rows whose padding means different things are in no ring", "[plan]") {
  Builder b;
  const TensorId x = conv(b, b.input(f32, {1, 12, 8, 2}), 4, 1);
  b.output(mean(b, conv(b, x, 2, 1)));
  const ops::Pool2dAttributes pool{
      .kernel = {3, 3}, .stride = {1, 1}, .pads = {1, 1, 1, 1}, .dilation = {1, 1}};
  b.output(mean(b, b.node(ops::max_pool2d, pool, {x})));
  const Program program = plan(lower(b.graph, generic), least_ram);
  for (const Buffer& buffer : program.buffers)
    if (buffer.tensor == x) CHECK(!buffer.rows);
  CHECK(plan_problem(program, least_ram) == "");
}

TEST_CASE("what is read by rows and as a whole is given up by nobody", "[plan]") {
  Builder b;
  const TensorId x = b.input(f32, {1, 4, 1, 1});
  const TensorId all = b.node(ops::reshape, ops::ReshapeAttributes{.shape = {1, 1, 1, 4}}, {x});
  const TensorId sums = b.node(ops::add, ops::AddAttributes{}, {x, all});
  b.output(mean(b, b.node(ops::add, ops::AddAttributes{}, {sums, sums})));
  for (const Stream stream : {Stream::none, Stream::rows}) {
    const PlanOptions options{.schedule = Schedule::rows, .stream = stream};
    const Program program = plan(lower(b.graph, generic), options);
    CHECK(!program.streamed);
    CHECK(plan_problem(program, options) == "");
  }
}

TEST_CASE("500 operators are planned in time", "[plan]") {
  Builder b;
  TensorId x = conv(b, b.input(f32, {1, 32, 4, 2}), 4, 1);
  while (b.graph.nodes.size() < 500) {
    const TensorId y = conv(b, conv(b, x, 4, 1), 4, 1);
    x = b.node(ops::add, ops::AddAttributes{}, {x, y});
  }
  b.output(mean(b, x));
  const Program lowered = lower(b.graph, generic);
  // Of the processor: other tests run at the same time.
  const std::clock_t start = std::clock();
  const Program program = plan(lowered, least_ram);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  WARN("planned in " << seconds << " s");
  // Sanitizers multiply it by six.
  CHECK(seconds < (sanitized ? 20 : 2));
  CHECK(plan_problem(program, least_ram) == "");
}
