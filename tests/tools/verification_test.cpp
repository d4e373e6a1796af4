// SPDX-License-Identifier: Apache-2.0
//
// What is reported of layers that differ: all of them, also behind the first.
#include "tools/verification.h"

#include <catch2/catch.hpp>

#include "compiler/ops/add.h"
#include "compiler/ops/custom.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"

using namespace smelt;
using namespace smelt::test;
using namespace smelt::tools;
using Catch::Matchers::Contains;

namespace {

const Quantization halves = per_tensor(0.5F, 0);

/// x + x, a dense layer, and that added to itself; `weight` is the first of the dense layer.
Graph three_layers(std::int8_t weight) {
  Builder b;
  b.graph.name = "net";
  const TensorId x = b.input(ElementType::s8, {1, 2}, halves);
  const TensorId w = b.constant<std::int8_t>(ElementType::s8, {2, 2}, {weight, 2, 3, 4}, halves);
  const TensorId y = b.node(ops::add, ops::AddAttributes{}, {x, x}, halves);
  const TensorId z = b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {y, w}, halves);
  b.output(b.node(ops::add, ops::AddAttributes{}, {z, z}, halves));
  return b.graph;
}

/// A custom operator, and its output added to itself.
Graph with_custom() {
  Builder b;
  b.graph.name = "net";
  const TensorId x = b.input(ElementType::s8, {1, 2}, halves);
  const TensorId y = b.node(ops::custom, ops::CustomAttributes{"mine.h", "mine", {}}, {x}, halves);
  b.graph[y].shape = {1, 2};
  b.output(b.node(ops::add, ops::AddAttributes{}, {y, y}, halves));
  return b.graph;
}

/// As if the graph had come from a file.
Compiled compiled(Graph graph) {
  for (std::size_t i = 0; i < graph.tensors.size(); ++i)
    graph.tensors[i].origin.tensor = static_cast<std::int32_t>(i);
  Program program = lower_and_plan(graph, generic, {.optimize = Optimize::none});
  Model model{.graph = graph, .sha256 = {}, .quantized = {}, .compression = {}};
  return {std::move(model), generic, std::move(graph), std::move(program), {.version = "test"}};
}

HostModel built(const Compiled& compiled, const std::vector<OutputFile>& more = {}) {
  std::vector<OutputFile> files = emit(compiled.program, compiled.emit);
  files.insert(files.end(), more.begin(), more.end());
  Diagnostics diagnostics;
  auto model = HostModel::build(compiled.program, files, "", diagnostics);
  REQUIRE(model);
  return *std::move(model);
}

GoldenCase case_of(Bytes input) {
  return {.name = "case", .inputs = {std::move(input)}, .outputs = {}, .layers = {}};
}

}  // namespace

TEST_CASE("layers behind the first that differs are shown as well") {
  const Compiled model = compiled(three_layers(1));
  HostModel emitted = built(model);
  // An evaluator that computes something else, as no kernel should.
  Evaluation evaluator(three_layers(9));
  const std::vector<GoldenSet> sets = {{.cases = {case_of({0, 4}), case_of({4, 0})}}};
  const Outcome outcome =
      Verification(model, emitted, &evaluator, {}, Verification::Layers::all).run(sets);
  CHECK_THAT(outcome.problem, Contains("layer \"fully_connected_1\" of the emitted code: element 0 "
                                       "is 4, expected 36 by the evaluator"));
  REQUIRE(outcome.errors.size() == 3);
  CHECK(outcome.errors[0].step == 0);
  CHECK(outcome.errors[0].evaluator->different == 0);
  CHECK(outcome.errors[1].step == 1);
  CHECK(outcome.errors[1].evaluator->different == 1);
  CHECK(outcome.errors[1].evaluator->largest == 32);
  REQUIRE(outcome.errors[1].evaluator->first);
  CHECK(outcome.errors[1].evaluator->first->run == 1);
  CHECK(outcome.errors[1].evaluator->first->element == 0);
  CHECK(outcome.errors[2].evaluator->largest == 64);
  for (const ComparedLayer& layer : outcome.errors) {
    CHECK(layer.evaluator->elements == 4);
    CHECK(!layer.golden);
    CHECK(!layer.float_model);
  }
}

TEST_CASE("unless all layers are wanted, none is kept and nothing is looked at behind the first") {
  const Compiled model = compiled(three_layers(1));
  HostModel emitted = built(model);
  Evaluation evaluator(three_layers(9));
  const std::vector<GoldenSet> sets = {{.cases = {case_of({4, 0}), case_of({4, 0})}}};
  const Outcome outcome =
      Verification(model, emitted, &evaluator, {}, Verification::Layers::until_different).run(sets);
  CHECK(!outcome.problem.empty());
  CHECK(outcome.errors.empty());
  CHECK(outcome.layers == 3);
}

TEST_CASE("a custom operator that is wrong is found by golden layers") {
  const Compiled model = compiled(with_custom());
  HostModel emitted = built(model, {{"mine.h", R"(
inline void mine(const signed char *in, signed char *out) {
  out[0] = in[0];
  out[1] = static_cast<signed char>(in[1] + 3);
}
)"}});
  GoldenCase golden = case_of({1, 2});
  golden.layers = {{1, {1, 2}}, {2, {2, 4}}};
  const Outcome outcome = Verification(model, emitted, nullptr, {}, Verification::Layers::all)
                              .run({{.cases = {std::move(golden)}}});
  CHECK_THAT(outcome.problem, Contains("layer \"custom_0\" of the emitted code: element 1 is 5, "
                                       "expected 2 by the golden vectors"));
  REQUIRE(outcome.errors.size() == 2);
  CHECK(outcome.errors[0].golden->largest == 3);
  CHECK(outcome.errors[1].golden->largest == 6);
  CHECK(!outcome.errors[0].evaluator);
}
