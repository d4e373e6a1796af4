// SPDX-License-Identifier: Apache-2.0
//
// What quantization keeps of weights that were compressed.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "compiler/quantize/weights.h"
#include "tests/support/builder.h"
#include "tests/support/dense.h"
#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// Every third weight of a layer, beginning with the channel's number, is pruned.
CompressedWeights pruned(Dense& layer) {
  CompressedWeights held;
  std::vector<float> values = layer.weights();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool kept = (i % Dense::inputs + i / Dense::inputs) % 3 != 0;
    held.kept.push_back(kept);
    if (!kept) values[i] = 0;
  }
  layer.set_weights(values);
  return held;
}

/// The layer's weights become scale times level.
CompressedWeights clustered(Dense& layer, float scale = 0.01F, int step = 25) {
  CompressedWeights held;
  std::vector<std::int8_t> levels;
  for (int level = -100; level <= 100; level += step)
    levels.push_back(static_cast<std::int8_t>(level));
  held.levels = {levels};
  std::vector<float> values = layer.weights();
  for (std::size_t c = 0; c < Dense::outputs; ++c)
    held.scales.push_back(scale * static_cast<float>(c + 1));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t at =
        std::min(levels.size() - 1, static_cast<std::size_t>((std::abs(values[i]) + 1) * 3));
    values[i] = held.scales[i / Dense::inputs] * static_cast<float>(levels[at]);
  }
  layer.set_weights(values);
  return held;
}

void check_levels(const QuantizedWeights& q, const std::vector<float>& values,
                  const CompressedWeights& held) {
  CHECK(q.reason.empty());
  CHECK(q.scales == held.scales);
  for (std::size_t i = 0; i < values.size(); ++i)
    CHECK(q.scales[i / Dense::inputs] * static_cast<float>(q.weights[i]) == values[i]);
}

}  // namespace

TEST_CASE("pruned weights stay zero, whatever the rounding", "[quantize]") {
  for (const bool optimized : {false, true})
    for (const std::int32_t bits : {4, 8}) {
      Dense layer(1);
      const CompressedWeights held = pruned(layer);
      // What was pruned need not be zero before.
      layer.set_weights(std::vector<float>(held.kept.size(), 0.25F));
      const QuantizedWeights q =
          layer.quantized({.bits = bits, .optimized_rounding = optimized, .compressed = &held});
      std::size_t others = 0;
      for (std::size_t i = 0; i < held.kept.size(); ++i) {
        if (!held.kept[i]) CHECK(q.weights[i] == 0);
        others += held.kept[i] && q.weights[i] != 0;
      }
      CHECK(others > held.kept.size() / 3);
      CHECK(q.reason.empty());
    }
}

TEST_CASE("the weights that are kept make up for those that must be zero", "[quantize]") {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    Dense layer(seed);
    const std::vector<float> before = layer.weights();
    const CompressedWeights held = pruned(layer);
    const double left_alone = layer.errors(layer.quantized({.compressed = &held}), before).first;
    layer.set_weights(before);
    const double made_up = layer.errors(layer.quantized({.compressed = &held}), before).first;
    CHECK(made_up < 0.5 * left_alone);
  }
}

TEST_CASE("clustered weights are the given levels; the bias alone is corrected", "[quantize]") {
  for (const bool optimized : {false, true})
    for (const bool corrected : {false, true}) {
      Dense layer(2);
      const CompressedWeights held = clustered(layer);
      const QuantizedWeights q = layer.quantized(
          {.optimized_rounding = optimized, .bias_correction = corrected, .compressed = &held});
      check_levels(q, layer.weights(), held);
      for (std::size_t c = 0; c < Dense::outputs; ++c)
        CHECK(q.bias[c] == Approx(layer.bias()[c]).margin(1e-4));
    }
}

TEST_CASE("clustered weights without data are the given levels", "[quantize]") {
  Dense layer(3);
  const CompressedWeights held = clustered(layer);
  layer.data.clear();
  check_levels(layer.quantized({.compressed = &held}), layer.weights(), held);
}

TEST_CASE("levels that cannot be kept are said, and weights rounded anew", "[quantize]") {
  Dense layer(4);
  CompressedWeights held = clustered(layer);
  const std::vector<float> values = layer.weights();
  const auto rounded_anew = [&](const WeightOptions& options, const char* reason) {
    const QuantizedWeights q = layer.quantized(options);
    CHECK(q.reason.find(reason) != std::string::npos);
    CHECK(q.scales != held.scales);
    CHECK(layer.errors(q, layer.weights()).first < 1e-3 * layer.power());
  };
  SECTION("no bias fits the scale") {
    rounded_anew({.input_scale = 3e-9, .compressed = &held}, "bias of channel 0 is too large");
  }
  SECTION("a weight is between levels") {
    std::vector<float> others = values;
    others[7] += 0.001F;
    layer.set_weights(others);
    rounded_anew({.compressed = &held}, "its weight 7 of channel 0 is none of the given levels");
  }
  SECTION("a weight is of a level that is not given") {
    held.levels[0].erase(held.levels[0].end() - 2);
    rounded_anew({.compressed = &held}, "is none of the given levels");
  }
  SECTION("weights are not finite") {
    std::vector<float> others = values;
    others[7] = std::numeric_limits<float>::quiet_NaN();
    layer.set_weights(others);
    CHECK(!layer.quantized({.compressed = &held}).reason.empty());
  }
}

namespace {

const char* two_layers = R"(
  graph "net" file "net.onnx"
  inputs %0
  outputs %6
  %0 "x": f32[1,4]
  %1 "w1": f32[2,4] = [1, 0, -0.25, 0.5, 0, 2, 0, -0.5]
  %2 "b1": f32[2] = [0.125, -0.5]
  %3 "first": f32[1,2] = fully_connected(%0, %1, %2) activation relu
  %4 "w2": f32[3,2] = [1, 2, 3, 4, 5, 6]
  %5 "b2": f32[3] = [0, 1, 2]
  %6 "second": f32[1,3] = fully_connected(%3, %4, %5)
)";

const QuantizedLayer& layer_of(const Quantized& result, std::string_view name) {
  for (const QuantizedLayer& layer : result.layers)
    if (layer.name == name) return layer;
  throw std::invalid_argument("no such layer");
}

}  // namespace

TEST_CASE("a quantized graph has the zeros and levels of its compressed layers", "[quantize]") {
  const Graph graph = graph_of(two_layers);
  const CompressedLayers compressed{
      {"first", {.kept = {1, 0, 1, 1, 0, 1, 0, 1}}},
      {"second", {.scales = {1, 1, 0.5F}, .levels = {{1, 2}, {3, 4}, {10, 12}}}}};
  for (const Precision& precision : {int8, int16x8}) {
    const Quantized result = quantized(graph, {.precision = precision, .compressed = compressed});
    const auto first = integers(tensor_of(result.graph, "w1"));
    for (const std::size_t i : {1U, 4U, 6U}) CHECK(first[i] == 0);
    CHECK(integers(tensor_of(result.graph, "w2")) == std::vector<std::int64_t>{1, 2, 3, 4, 10, 12});
    CHECK(tensor_of(result.graph, "w2").quantization.scales == std::vector<float>{1, 1, 0.5F});
    for (const QuantizedLayer& layer : result.layers) CHECK(layer.reason.empty());
  }
}

TEST_CASE("levels of more than 4 bits take 8 in a graph of int4", "[quantize]") {
  const Graph graph = graph_of(two_layers);
  CompressedLayers compressed{{"second", {.scales = {1, 1, 1}, .levels = {{1, 2, 3, 4, 5, 6}}}}};
  const Quantized narrow = quantized(graph, {.precision = int4, .compressed = compressed});
  CHECK(tensor_of(narrow.graph, "w2").type == ElementType::s4);
  CHECK(layer_of(narrow, "second").reason.empty());
  compressed["second"] = {.scales = {0.25F, 0.25F, 0.25F}, .levels = {{4, 8, 12, 16, 20, 24}}};
  const Quantized wide = quantized(graph, {.precision = int4, .compressed = compressed});
  CHECK(tensor_of(wide.graph, "w1").type == ElementType::s4);
  CHECK(tensor_of(wide.graph, "w2").type == ElementType::s8);
  CHECK(integers(tensor_of(wide.graph, "w2")) == std::vector<std::int64_t>{4, 8, 12, 16, 20, 24});
  CHECK(layer_of(wide, "second").precision == int8);
  CHECK(layer_of(wide, "second").reason == "its clustered weights take 8 bits");
}

TEST_CASE("a layer whose bias does not fit its levels says so", "[quantize]") {
  Graph graph = graph_of(two_layers);
  for (Tensor& tensor : graph.tensors)
    if (tensor.name == "b2") tensor.data = to_bytes(std::vector<float>{1e9F, 1, 2});
  const CompressedLayers compressed{
      {"second", {.scales = {1, 1, 1}, .levels = {{1, 2, 3, 4, 5, 6}}}}};
  const Quantized result = quantized(graph, {.compressed = compressed});
  CHECK(layer_of(result, "second").reason ==
        "the bias of channel 0 is too large for its scale: its weights are rounded anew");
  const Tensor& bias = tensor_of(result.graph, "second.bias");
  CHECK(static_cast<double>(integers(bias)[0]) * bias.quantization.scales[0] ==
        Approx(1e9).epsilon(1e-3));
}

TEST_CASE("compression that does not fit the graph is reported", "[quantize]") {
  const Graph graph = graph_of(two_layers);
  const auto message = [&](const CompressedLayers& compressed) {
    Diagnostics diagnostics;
    const bool any =
        quantize(graph, uniform_samples(graph, 4, -1, 1), {.compressed = compressed}, diagnostics)
            .has_value();
    return any ? "" : text_of(diagnostics);
  };
  const auto says = [&](const CompressedWeights& held, std::string_view text) {
    CHECK(message({{"second", held}}).find(text) != std::string::npos);
  };
  const std::string unknown = message({{"third", {}}});
  CHECK(unknown.find("there is no layer \"third\"") != std::string::npos);
  CHECK(unknown.find("the layers are: first, second") != std::string::npos);
  says({.kept = {1, 1, 1}}, "3 weights are kept or pruned of 6");
  says({.scales = {1, 1}, .levels = {{1}}}, "2 scales are given for 3 channels");
  says({.scales = {1, 1, 1}, .levels = {{1}, {2}}}, "2 lists of levels are given for 3 channels");
  says({.scales = {1, 1, 1}}, "0 lists of levels");
  says({.scales = {1, -1, 1}, .levels = {{1}}}, "not all finite and positive");
  CHECK(message({{"second", {}}}).empty());
}
