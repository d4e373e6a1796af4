// SPDX-License-Identifier: Apache-2.0
#include "compiler/export/tflite.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "compiler/evaluate/evaluate.h"
#include "compiler/import/tflite.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/ops.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/slice.h"
#include "tests/support/builder.h"
#include "tests/support/essence.h"
#include "tests/support/operator_models.h"
#include "tests/support/trial.h"
#include "tflite_generated.h"

using namespace smelt;
using namespace smelt::test;

namespace {

std::string text_of(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& each : diagnostics.all()) text += to_string(each);
  return text;
}

std::vector<std::uint8_t> exported(const Graph& graph) {
  Diagnostics diagnostics;
  const auto bytes = export_tflite(graph, diagnostics);
  INFO(text_of(diagnostics));
  REQUIRE(bytes);
  return *bytes;
}

Graph imported(const std::vector<std::uint8_t>& bytes) {
  Diagnostics diagnostics;
  const auto graph =
      import_tflite(bytes, "", {.custom = {{"user_op", {"user.h", "user_op"}}}}, diagnostics);
  INFO(text_of(diagnostics));
  REQUIRE(graph);
  return *graph;
}

std::string export_problems(const Graph& graph) {
  Diagnostics diagnostics;
  CHECK_FALSE(export_tflite(graph, diagnostics));
  return text_of(diagnostics);
}

Graph convolution(Pads pads) {
  Builder b;
  const TensorId x = b.input(ElementType::f32, {1, 4, 4, 1});
  const TensorId w = b.constant<float>(ElementType::f32, {1, 3, 3, 1}, std::vector<float>(9, 1));
  b.output(b.node(ops::conv2d, ops::Conv2dAttributes{.pads = pads}, {x, w}));
  return b.graph;
}

Graph pooling(const OpDef& op, Pads pads) {
  Builder b;
  const TensorId x = b.input(ElementType::f32, {1, 4, 4, 1});
  b.output(
      b.node(op, ops::Pool2dAttributes{.kernel = {2, 2}, .stride = {2, 2}, .pads = pads}, {x}));
  return b.graph;
}

}  // namespace

TEST_CASE("every model comes back as it was written") {
  for (const NamedModel& model : operator_models()) {
    CAPTURE(model.name);
    REQUIRE(problems(model.graph).empty());
    const Graph back = imported(exported(model.graph));
    const std::size_t tensors = model.graph.tensors.size();
    CHECK(essence(back, tensors) == essence(model.graph, tensors));
  }
}

TEST_CASE("the models hold every operator that the format has") {
  std::set<std::string_view> seen;
  for (const NamedModel& model : operator_models())
    for (const Node& node : model.graph.nodes) seen.insert(node.op->name);
  for (const OpDef* op : ops::all()) {
    CAPTURE(op->name);
    CHECK(seen.contains(op->name) == tflite_has(*op));
  }
}

TEST_CASE("an exported file is written alike twice, with both codes and aligned data") {
  namespace format = smelt::tflite_format;
  for (const NamedModel& each : operator_models()) {
    CAPTURE(each.name);
    const std::vector<std::uint8_t> bytes = exported(each.graph);
    CHECK(bytes == exported(each.graph));
    const auto* model = format::GetModel(bytes.data());
    for (const auto* code : *model->operator_codes())
      CHECK(code->deprecated_builtin_code() ==
            std::min(static_cast<int>(code->builtin_code()), 127));
    for (const auto* buffer : *model->buffers())
      if (buffer->data()) CHECK((buffer->data()->data() - bytes.data()) % 16 == 0);
  }
}

TEST_CASE("pads are written as SAME, VALID or an operator of their own") {
  for (const Pads pads : {Pads{}, Pads{1, 1, 1, 1}})
    CHECK(imported(exported(convolution(pads))).nodes.size() == 1);
  for (const Graph& graph : {convolution({1, 0, 1, 0}), pooling(ops::max_pool2d, {0, 1, 0, 0})}) {
    const Graph back = imported(exported(graph));
    REQUIRE(back.nodes.size() == 2);
    CHECK(back.nodes[0].op == &ops::pad);
    Random random(1);
    const std::vector<Bytes> input = {random.elements(ElementType::f32, 16)};
    CHECK(Evaluation(back).run(input) == Evaluation(graph).run(input));
  }
}

TEST_CASE("what the format cannot hold is named, all of it") {
  OpDef other = ops::average_pool2d;
  other.name = "winograd";
  Graph graph = pooling(ops::average_pool2d, {0, 1, 0, 1});
  Node second = graph.nodes[0];
  second.op = &other;
  graph.nodes.push_back(second);
  CHECK_THAT(
      export_problems(graph),
      Catch::Contains("neither SAME nor VALID") &&
          Catch::Contains("operator winograd \"average_pool2d_0\": has no counterpart in the "
                          ".tflite format"));
  Builder b;
  const TensorId x = b.input(ElementType::f32, {3});
  b.output(b.node(ops::slice, ops::SliceAttributes{{1}, {0}, {4}}, {x}));
  CHECK_THAT(export_problems(b.graph), Catch::Contains("takes an element more than once"));
  Builder last;
  const TensorId y = last.input(ElementType::f32, {3});
  last.output(last.node(ops::arg_max, ops::ArgAttributes{0, true}, {y}, {}, ElementType::s32));
  CHECK_THAT(export_problems(last.graph), Catch::Contains("takes the last of equals"));
}
