// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/equalize.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/evaluate/evaluate.h"
#include "compiler/evaluate/metrics.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/reshape.h"
#include "compiler/passes/passes.h"
#include "compiler/quantize/values.h"
#include "tests/support/builder.h"
#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// Weights whose channels along `axis` differ by factors of up to 1000.
TensorId uneven(Builder& b, Random& random, const Shape& shape, std::size_t axis) {
  std::int64_t inner = 1;
  for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  std::vector<float> factors;
  for (std::int32_t c = 0; c < shape[axis]; ++c)
    factors.push_back(std::exp(random.real(-3.45F, 3.45F)));
  std::vector<float> values;
  for (std::int64_t i = 0; i < element_count(shape); ++i)
    values.push_back(random.real(-1, 1) *
                     factors[static_cast<std::size_t>(i / inner % shape[axis])]);
  return b.constant(ElementType::f32, shape, values);
}

Graph separable_block(Random& random, Activation activation) {
  Builder b;
  TensorId x = b.input(ElementType::f32, {1, 6, 6, 3});
  x = b.node(ops::conv2d, ops::Conv2dAttributes{.activation = activation},
             {x, uneven(b, random, {4, 1, 1, 3}, 0), uneven(b, random, {4}, 0)});
  x = b.node(ops::depthwise_conv2d,
             ops::DepthwiseConv2dAttributes{.pads = {1, 1, 1, 1}, .activation = activation},
             {x, uneven(b, random, {1, 3, 3, 4}, 3), uneven(b, random, {4}, 0)});
  x = b.node(ops::conv2d, ops::Conv2dAttributes{},
             {x, uneven(b, random, {5, 2, 2, 4}, 3), no_tensor});
  b.output(x);
  return b.graph;
}

Graph equalized(const Graph& graph) {
  return remove_dead_nodes(equalize(graph, uniform_samples(graph, 16, -2, 2)));
}

double magnitude(const std::vector<float>& values, std::size_t channel, std::size_t channels) {
  double most = 0;
  for (std::size_t i = channel; i < values.size(); i += channels)
    most = std::max(most, std::abs(double{values[i]}));
  return most;
}

/// How many times more of its range one channel between two layers takes than another, counted by
/// what lies between and by the weights that read it, whose last dimension they are.
double unevenness(const Graph& graph, const Node& second) {
  const TensorId between = second.inputs[0];
  Graph watched = graph;
  watched.outputs = {between};
  std::vector<float> seen;
  Evaluation evaluation(watched);
  for (const Sample& sample : uniform_samples(graph, 16, -2, 2)) {
    const Bytes value = evaluation.run(sample)[0];
    seen.insert(seen.end(), floats(value).begin(), floats(value).end());
  }
  const auto channels = static_cast<std::size_t>(graph[between].shape.back());
  const std::vector<float> weights = elements<float>(graph[second.inputs[1]]);
  double least = std::numeric_limits<double>::infinity(), most = 0;
  for (std::size_t c = 0; c < channels; ++c) {
    const double range = magnitude(seen, c, channels);
    if (range == 0) continue;
    least = std::min(least, range / magnitude(weights, c, channels));
    most = std::max(most, range / magnitude(weights, c, channels));
  }
  return most / least;
}

double noise(const Graph& a, const Graph& b, const Sample& sample) {
  SignalToNoise noise;
  const Bytes exact = Evaluation(a).run(sample)[0], found = Evaluation(b).run(sample)[0];
  noise.add(floats(exact), floats(found));
  return noise.decibels();
}

}  // namespace

TEST_CASE("equalization makes ranges alike and keeps outputs", "[quantize]") {
  Random random(31);
  for (int trial = 0; trial < 20; ++trial) {
    const Graph graph =
        separable_block(random, random.coin() ? Activation::relu : Activation::none);
    const Graph even = equalized(graph);
    REQUIRE(problems(even) == "");
    CHECK(even.tensors.size() == graph.tensors.size());
    const double before = unevenness(graph, graph.nodes[2]);
    CHECK(unevenness(even, even.nodes[2]) < 1.1 * std::sqrt(before));
    for (const Sample& sample : uniform_samples(graph, 2, -2, 2))
      CHECK(noise(graph, even, sample) > 100);
  }
}

TEST_CASE("activations with a bound above are not scaled through", "[quantize]") {
  Random random(32);
  for (const Activation activation : {Activation::relu6, Activation::relu_n1_to_1}) {
    const Graph graph = separable_block(random, activation);
    const Graph even = equalized(graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
      CHECK(even[even.nodes[i].inputs[1]].data == graph[graph.nodes[i].inputs[1]].data);
  }
}

TEST_CASE("what two layers read, and what is an output, is not scaled", "[quantize]") {
  for (const char* outputs : {"%5", "%3, %5"}) {
    const bool shared = std::string(outputs) == "%5";
    const Graph graph = graph_of(fmt::format(R"(
      graph "net" file "net.onnx"
      inputs %0
      outputs {}
      %0 "x": f32[1,2]
      %1 "w1": f32[2,2] = [100, 200, 0.5, 0.25]
      %2 "w2": f32[2,2] = [1, 2, 3, 4]
      %3 "first": f32[1,2] = fully_connected(%0, %1, _)
      %4 "second": f32[1,2] = fully_connected(%3, %2, _)
      %5 "sum": f32[1,2] = add(%4, {})
    )",
                                             outputs, shared ? "%3" : "%4"));
    const Graph even = equalize(graph, uniform_samples(graph, 16, -1, 1));
    CHECK(even.nodes[0].inputs == graph.nodes[0].inputs);
    CHECK(even.nodes[1].inputs == graph.nodes[1].inputs);
  }
}

TEST_CASE("dead channels keep their weights", "[quantize]") {
  const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %4
    %0 "x": f32[1,2]
    %1 "w1": f32[2,2] = [0, 0, 8, 2]
    %2 "w2": f32[1,2] = [1, 2]
    %3 "first": f32[1,2] = fully_connected(%0, %1, _)
    %4 "second": f32[1,1] = fully_connected(%3, %2, _)
  )");
  const Graph even = equalized(graph);
  const std::vector<float> first = elements<float>(even[even.nodes[0].inputs[1]]);
  const std::vector<float> second = elements<float>(even[even.nodes[1].inputs[1]]);
  CHECK(first[0] == 0);
  CHECK(second[0] == 1);
  CHECK(first[2] < 8);
  CHECK(first[2] * second[1] == Approx(16));
}

TEST_CASE("weights that several layers share are scaled for each alone", "[quantize]") {
  const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %4
    %0 "x": f32[1,2]
    %1 "w": f32[2,2] = [100, 50, 2, 1]
    %2 "first": f32[1,2] = fully_connected(%0, %1, _)
    %3 "second": f32[1,2] = fully_connected(%2, %1, _)
    %4 "third": f32[1,2] = fully_connected(%3, %1, _)
  )");
  const Graph even = equalized(graph);
  for (const Sample& sample : uniform_samples(graph, 4, -1, 1))
    CHECK(noise(graph, even, sample) > 100);
}
