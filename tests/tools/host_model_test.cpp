// SPDX-License-Identifier: Apache-2.0
//
// What a run of the emitted code shows of its layers.
#include "tools/host_model.h"

#include <catch2/catch.hpp>

#include "codegen/trace.h"
#include "compiler/ops/add.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/custom.h"
#include "compiler/pipeline.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"

using namespace smelt;
using namespace smelt::test;
using namespace smelt::tools;

namespace {

struct Traced {
  Program program;
  std::vector<TracedBuffer> trace;

  Shape shape(std::size_t i) const { return program[trace[i].buffer].shape; }
};

/// One run of a program, whose files may include others of the user's.
Traced traced(Program program, const std::vector<Bytes>& inputs,
              const std::vector<OutputFile>& more = {}) {
  std::vector<OutputFile> files = emit(program, {.version = "test"});
  files.insert(files.end(), more.begin(), more.end());
  Diagnostics diagnostics;
  auto model = HostModel::build(program, files, "", diagnostics);
  REQUIRE(model);
  std::vector<TracedBuffer> trace;
  model->run(inputs, &trace);
  return {std::move(program), std::move(trace)};
}

/// A custom operator with two outputs, the second twice the first.
Graph two_outputs() {
  Builder b;
  b.graph.name = "two_outputs";
  const TensorId x = b.input(ElementType::s8, {1, 3});
  const TensorId first = b.graph.add({.name = "first", .type = ElementType::s8, .shape = {1, 3}});
  const TensorId second = b.graph.add({.name = "second", .type = ElementType::s8, .shape = {1, 2}});
  b.graph.nodes.push_back({.op = &ops::custom,
                           .attributes = ops::CustomAttributes{"two.h", "two", {}},
                           .inputs = {x},
                           .outputs = {first, second},
                           .name = "both"});
  b.output(first);
  b.output(second);
  return b.graph;
}

constexpr const char* two_text = R"(
inline void two(const signed char *in, signed char *first, signed char *second) {
  for (int i = 0; i < 3; ++i) first[i] = static_cast<signed char>(in[i] + 1);
  for (int i = 0; i < 2; ++i) second[i] = static_cast<signed char>(in[i] * 2);
}
)";

}  // namespace

TEST_CASE("outputs of a step that has several are told apart") {
  const Traced run = traced(lower_and_plan(two_outputs(), generic, {.optimize = Optimize::none}),
                            {{1, 2, 3}}, {{"two.h", two_text}});
  REQUIRE(run.trace.size() == 2);
  CHECK(run.shape(0) == Shape{1, 3});
  CHECK(run.trace[0].bytes == Bytes{2, 3, 4});
  CHECK(run.shape(1) == Shape{1, 2});
  CHECK(run.trace[1].bytes == Bytes{2, 4});
  CHECK(run.trace[0].step == run.trace[1].step);
  CHECK(traced_pieces(run.program, 0) == 2);
}

TEST_CASE("of a layer that several steps write, the last shows all") {
  Builder b;
  b.graph.name = "joined";
  const TensorId x = b.input(ElementType::s8, {2, 2}), y = b.input(ElementType::s8, {2, 1});
  b.output(b.node(ops::concat, ops::ConcatAttributes{.axis = 1}, {x, y}));
  const Traced run = traced(lower_and_plan(b.graph, generic, {.optimize = Optimize::none}),
                            {{1, 2, 3, 4}, {5, 6}});
  REQUIRE(run.trace.size() == 1);
  CHECK(run.trace[0].bytes == Bytes{1, 2, 5, 3, 4, 6});
  const auto last = static_cast<std::size_t>(run.trace[0].step);
  for (std::size_t i = 0; i < run.program.steps.size(); ++i)
    CHECK(traced_pieces(run.program, i) == (i == last ? 1 : 0));
}

TEST_CASE("rows of pipelines become whole layers") {
  Builder b;
  b.graph.name = "rows";
  TensorId x = b.input(ElementType::f32, {1, 40, 3, 2});
  const TensorId weights =
      b.constant<float>(ElementType::f32, {2, 3, 1, 2}, std::vector<float>(12, 1));
  const TensorId bias = b.constant<float>(ElementType::f32, {2}, {1, 2});
  for (int i = 0; i < 8; ++i) x = b.node(ops::conv2d, ops::Conv2dAttributes{}, {x, weights, bias});
  b.output(x);
  const Traced run =
      traced(lower_and_plan(b.graph, generic, {.stream = Stream::rows}), {Bytes(40 * 6 * 4)});
  REQUIRE(!run.program.pipelines.empty());
  REQUIRE(run.trace.size() == 8);
  for (std::size_t i = 0; i < run.trace.size(); ++i) {
    const auto& [step, buffer, bytes] = run.trace[i];
    CHECK(std::ssize(bytes) == element_count(run.shape(i)) * 4);
    const bool by_rows = pipeline_of(run.program, step) != nullptr;
    CHECK(traced_pieces(run.program, static_cast<std::size_t>(step)) ==
          (by_rows ? run.shape(i)[1] : 1));
  }
}
