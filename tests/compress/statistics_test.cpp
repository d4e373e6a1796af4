// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/statistics.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// A layer of two output channels that reads four numbers.
Graph dense() {
  return graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %2
    %0 "x": f32[1,4]
    %1 "w": f32[2,4] = [0, 1, 0, -2, 0, 0.5, 0.5, 0]
    %2 "y": f32[1,2] = fully_connected(%0, %1, _)
  )");
}

}  // namespace

TEST_CASE("weights of float layers are counted as the nearest of 8 bits", "[compress]") {
  const auto layers = weights_of(dense());
  REQUIRE(layers.size() == 1);
  CHECK(layers[0].weights == 8);
  CHECK(layers[0].zeros == 4);
  // 0, 64, -127 in one channel, 0 and 127 in the other.
  CHECK(layers[0].levels == 4);
  CHECK(layers[0].entropy == Approx(4 * 1 + 2 * 2 + 2 * 3));
}

TEST_CASE("weights that are held to levels are counted as these", "[compress]") {
  Graph graph = dense();
  CompressedLayers layers;
  layers[graph.nodes[0].name] = {.scales = {1, 0.5F}, .levels = {{-2, 0, 1}}};
  const LayerWeights sum = sum_of(weights_of(graph, layers));
  CHECK(sum.levels == 3);
  CHECK(sum.entropy == Approx(4 * 1 + 3 * std::log2(8.0 / 3) + 3));
}

TEST_CASE("of quantized layers, the integers are counted", "[compress]") {
  const Quantized result = quantized(dense(), {.optimized_rounding = false});
  const auto layers = weights_of(result.graph);
  REQUIRE(layers.size() == 1);
  CHECK(layers[0].zeros == 4);
  CHECK(layers[0].levels == 4);
}
