// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/compress.h"

#include <catch2/catch.hpp>

#include "compiler/compress/reference.h"
#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

const Graph& two_layers() {
  static const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %4
    %0 "x": f32[1,4]
    %1 "w1": f32[3,4] = [1, 0.5, -0.25, 0.5, 1, 2, 3, -4, 0.1, -0.2, 0.3, 0.4]
    %2 "first": f32[1,3] = fully_connected(%0, %1, _) activation relu
    %3 "w2": f32[2,3] = [1, 2, -3, 4, 5, -6]
    %4 "second": f32[1,2] = fully_connected(%2, %3, _)
  )");
  return graph;
}

std::optional<Compression> compressed(const CompressOptions& options, Diagnostics& diagnostics) {
  static const std::vector<Sample> samples = uniform_samples(two_layers(), 64, -1, 1);
  static const Loss loss(two_layers(), samples, {});
  return compress(two_layers(), samples, options, loss, diagnostics);
}

std::vector<std::string> names_of(const Compression& compression) {
  std::vector<std::string> names;
  for (const CompressionStep& step : compression.steps) names.push_back(step.name);
  return names;
}

}  // namespace

TEST_CASE("what is not asked for is not done", "[compress]") {
  Diagnostics diagnostics;
  const auto result = compressed({}, diagnostics);
  REQUIRE(result);
  CHECK(names_of(*result) == std::vector<std::string>{"float"});
  CHECK(result->steps[0].weights.weights == 18);
  CHECK(result->steps[0].macs == 18);
  CHECK(result->steps[0].loss == 0);
  CHECK(result->compressed.layers.empty());
}

TEST_CASE("steps come in their order, each measured", "[compress]") {
  Diagnostics diagnostics;
  const auto result = compressed({.prune = PruneOptions{.share = 0.5},
                                  .cluster = ClusterOptions{.bits = 2},
                                  .recover = RecoverOptions{.epochs = 2}},
                                 diagnostics);
  CHECK(text_of(diagnostics) == "");
  REQUIRE(result);
  CHECK(names_of(*result) ==
        std::vector<std::string>{"float", "prune", "recover", "cluster", "recover"});
  CHECK(result->steps[0].weights.zeros == 0);
  CHECK(result->steps[1].weights.zeros == 9);
  CHECK(result->steps[1].changed == 2);
  CHECK(result->steps[2].weights.zeros == 9);
  CHECK(result->steps[3].weights.zeros >= 9);
  CHECK(result->steps[3].weights.levels <= 4);
  CHECK(result->steps[4].weights.zeros >= result->steps[3].weights.zeros);
  CHECK(result->steps[4].weights.levels <= 4);
  CHECK(result->compressed.layers.size() == 2);
}

TEST_CASE("after an error nothing is done", "[compress]") {
  Diagnostics diagnostics;
  CHECK_FALSE(compressed({.prune = PruneOptions{.layers = {{"third", 0.5}}},
                          .cluster = ClusterOptions{.layers = {{"fourth", 2}}}},
                         diagnostics));
  CHECK(text_of(diagnostics).find("third") != std::string::npos);
  CHECK(text_of(diagnostics).find("fourth") == std::string::npos);
}

TEST_CASE("layers are compared with those of the same name and shape before", "[compress]") {
  // Its first layer has lost a channel.
  Quantized result = quantized(graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %4
    %0 "x": f32[1,4]
    %1 "w1": f32[2,4] = [1, 0.5, -0.25, 0.5, 1, 2, 3, -4]
    %2 "first": f32[1,2] = fully_connected(%0, %1, _) activation relu
    %3 "w2": f32[2,2] = [1, 2, 4, 5]
    %4 "second": f32[1,2] = fully_connected(%2, %3, _)
  )"));
  set_reference(result, two_layers());
  CHECK(result.reference.tensors.size() == two_layers().tensors.size());
  for (const Node& node : result.graph.nodes) {
    const TensorId stands_for = result.float_tensors[static_cast<std::size_t>(node.outputs[0])];
    CHECK(stands_for == (node.name == "second" ? two_layers().outputs[0] : no_tensor));
  }
  const auto input = static_cast<std::size_t>(result.graph.inputs[0]);
  CHECK(result.float_tensors[input] == two_layers().inputs[0]);
}
