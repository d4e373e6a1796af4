// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/scheme.h"

#include <catch2/catch.hpp>

#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;

Scheme scheme_of(const Graph& graph, const Precision& precision = int8,
                 const std::map<std::string, Precision>& layers = {}) {
  Diagnostics diagnostics;
  Scheme scheme = make_scheme(graph, precision, layers, precision.activations, diagnostics);
  REQUIRE(text_of(diagnostics) == "");
  return scheme;
}

std::vector<int> numbers(const std::vector<TensorId>& ids) {
  std::vector<int> result;
  for (const TensorId id : ids) result.push_back(static_cast<int>(id));
  return result;
}

std::vector<int> groups_of(const Graph& graph) {
  return numbers(scheme_of(graph).groups);
}

}  // namespace

TEST_CASE("elements that are only moved share one scale with what they come from", "[quantize]") {
  const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0, %1
    outputs %6
    %0 "a": f32[1,2,2,1]
    %1 "b": f32[1,2,2,1]
    %2 "both": f32[1,2,2,2] = concat(%0, %1) axis 3
    %3 "pool": f32[1,1,1,2] = max_pool2d(%2) kernel [2, 2]
    %4 "flat": f32[1,2] = reshape(%3) shape [1, 2]
    %5 "sum": f32[1,2] = add(%4, %4)
    %6 "less": f32[1,2] = minimum(%5, %4)
  )");
  // The sum has a scale of its own but for the minimum, which compares it with the rest.
  CHECK(groups_of(graph) == std::vector<int>{0, 0, 0, 0, 0, 0, 0});
  const Graph apart = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %3
    %0 "a": f32[1,2,2,1]
    %1 "sum": f32[1,2,2,1] = add(%0, %0)
    %2 "pool": f32[1,1,1,1] = max_pool2d(%1) kernel [2, 2]
    %3 "mean": f32[1,1] = mean(%2) axes [1, 2]
  )");
  CHECK(groups_of(apart) == std::vector<int>{0, 1, 1, 3});
}

TEST_CASE("scales that an operator dictates stay its own", "[quantize]") {
  for (const char* op : {"softmax", "logistic", "tanh"}) {
    const Graph graph = graph_of(R"(
      graph "net" file "net.onnx"
      inputs %0
      outputs %3
      %0 "a": f32[1,2]
      %1 "curve": f32[1,2] = )" + std::string(op) +
                                 R"((%0)
      %2 "b": f32[1,2] = mul(%0, %0)
      %3 "both": f32[1,4] = concat(%1, %2) axis 1
    )");
    CAPTURE(op);
    CHECK(groups_of(graph) == std::vector<int>{0, 1, 2, 2});
  }
}

TEST_CASE("what moves elements of a dictated scale has that scale", "[quantize]") {
  const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %2
    %0 "a": f32[1,4]
    %1 "curve": f32[1,4] = logistic(%0)
    %2 "square": f32[2,2] = reshape(%1) shape [2, 2]
  )");
  CHECK(groups_of(graph) == std::vector<int>{0, 1, 1});
}

TEST_CASE("layers that are kept are floats, and share no scale", "[quantize]") {
  const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %3
    %0 "a": f32[1,2,2,1]
    %1 "pool": f32[1,1,1,1] = max_pool2d(%0) kernel [2, 2]
    %2 "kept": f32[1,1,1,1] = max_pool2d(%1)
    %3 "wide": f32[1,1,1,1] = max_pool2d(%2)
  )");
  const Scheme scheme = scheme_of(graph, int8, {{"kept", float32}, {"wide", int16x8}});
  CHECK(scheme.tensors == std::vector<ElementType>{s8, s8, f32, s16});
  CHECK(scheme.nodes == std::vector<Precision>{int8, float32, int16x8});
  CHECK(numbers(scheme.groups) == std::vector<int>{0, 0, 2, 3});
}

TEST_CASE("operators without a rule, and those of integers, stay as they are", "[quantize]") {
  const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0, %1
    outputs %2, %3
    %0 "a": f32[1,2]
    %1 "n": s32[1,2]
    %2 "root": f32[1,2] = sqrt(%0)
    %3 "twice": s32[1,2] = add(%1, %1)
  )");
  const Scheme scheme = scheme_of(graph);
  CHECK(scheme.nodes == std::vector<Precision>{float32, float32});
  CHECK(scheme.tensors == std::vector<ElementType>{s8, s32, f32, s32});
}

TEST_CASE("a layer that does not exist is named, with those that do", "[quantize]") {
  const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %2
    %0 "a": f32[1,2]
    %1 "first": f32[1,2] = relu(%0)
    %2 "second": f32[1,2] = tanh(%1)
  )");
  Diagnostics diagnostics;
  make_scheme(graph, int8, {{"third", float32}, {"first", float32}}, s8, diagnostics);
  CHECK(text_of(diagnostics) ==
        "net.onnx: error: there is no layer \"third\"\n  note: the layers are: first, second\n");
}
