// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/prune.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/graph/text.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/transpose_conv.h"
#include "compiler/quantize/loss.h"
#include "compiler/quantize/quantize.h"
#include "compiler/quantize/values.h"
#include "tests/support/builder.h"
#include "tests/support/dense.h"
#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

std::vector<Sample> samples_of(const Dense& layer) {
  std::vector<Sample> samples;
  for (const Bytes& x : layer.data) samples.push_back({x});
  return samples;
}

/// A name for each node, as importers give.
Graph named(Graph graph) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    graph.nodes[i].name = "layer " + std::to_string(i);
  return graph;
}

/// Layers of every layout, one behind the other.
Graph net() {
  Random random(7);
  Builder b;
  const auto reals = [&](const Shape& shape) {
    return b.constant(ElementType::f32, shape, normal(random, element_count(shape)));
  };
  TensorId x = b.input(ElementType::f32, {1, 6, 6, 3});
  x = b.node(ops::conv2d, ops::Conv2dAttributes{}, {x, reals({8, 3, 3, 3}), reals({8})});
  x = b.node(ops::depthwise_conv2d, ops::DepthwiseConv2dAttributes{},
             {x, reals({1, 2, 2, 8}), no_tensor});
  x = b.node(ops::transpose_conv, ops::TransposeConvAttributes{.output_shape = {1, 4, 4, 4}},
             {x, reals({4, 2, 2, 8}), no_tensor});
  x = b.node(ops::fully_connected, ops::FullyConnectedAttributes{},
             {x, reals({5, 64}), reals({5})});
  b.output(x);
  return named(b.graph);
}

Compressed pruned(const Graph& graph, const std::vector<Sample>& samples,
                  const PruneOptions& options) {
  Diagnostics diagnostics;
  Compressed result = prune(graph, samples, options, diagnostics);
  INFO(text_of(diagnostics));
  REQUIRE(diagnostics.all().empty());
  CHECK(problems(result.graph).empty());
  return result;
}

const Node& node_of(const Graph& graph, const std::string& name) {
  return *std::find_if(graph.nodes.begin(), graph.nodes.end(),
                       [&](const Node& node) { return node.name == name; });
}

std::vector<float> weights_of(const Graph& graph, const std::string& name) {
  return elements<float>(graph[node_of(graph, name).inputs[1]]);
}

std::ptrdiff_t zeros(const CompressedWeights& held) {
  return std::count(held.kept.begin(), held.kept.end(), 0);
}

std::ptrdiff_t zeros(const Compressed& compressed) {
  std::ptrdiff_t sum = 0;
  for (const auto& [name, held] : compressed.layers) sum += zeros(held);
  return sum;
}

/// What is not kept is zero in the graph, and all is finite.
void check_zeros(const Compressed& compressed) {
  for (const auto& [name, held] : compressed.layers) {
    const std::vector<float> weights = weights_of(compressed.graph, name);
    REQUIRE(weights.size() == held.kept.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      CHECK(std::isfinite(weights[i]));
      if (!held.kept[i]) CHECK(weights[i] == 0);
    }
  }
}

double noise(const Graph& exact, const Graph& found, const std::vector<Sample>& samples) {
  return output_noise(real_outputs(exact, samples), real_outputs(found, samples)).relative();
}

constexpr std::ptrdiff_t net_weights = 8 * 27 + 32 + 128 + 320;

}  // namespace

TEST_CASE("the share that is pruned is the one that was asked for", "[compress]") {
  const Graph graph = net();
  const auto samples = uniform_samples(graph, 20, -1, 1);
  for (const bool second_order : {false, true})
    for (const double share : {0.0, 0.1, 0.5, 0.77, 0.99, 1.0}) {
      CAPTURE(share, second_order);
      const Compressed result =
          pruned(graph, samples, {.share = share, .second_order = second_order});
      CHECK(std::abs(static_cast<double>(zeros(result)) - share * net_weights) <= 0.5);
      check_zeros(result);
    }
}

TEST_CASE("layers that have a share of their own keep it", "[compress]") {
  const Graph graph = net();
  const auto samples = uniform_samples(graph, 20, -1, 1);
  const Compressed result =
      pruned(graph, samples, {.share = 0.5, .layers = {{"layer 0", 0.25}, {"layer 1", 0}}});
  CHECK(zeros(result.layers.at("layer 0")) == 54);
  CHECK(!result.layers.contains("layer 1"));
  CHECK(weights_of(result.graph, "layer 1") == weights_of(graph, "layer 1"));
  CHECK(zeros(result.layers.at("layer 2")) + zeros(result.layers.at("layer 3")) == 224);
  const Compressed only = pruned(graph, samples, {.layers = {{"layer 3", 0.5}}});
  CHECK(only.layers.size() == 1);
  CHECK(zeros(only.layers.at("layer 3")) == 160);
}

TEST_CASE("what is left makes up for what is pruned", "[compress]") {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    const Dense layer(seed);
    const Graph graph = named(layer.b.graph);
    const auto samples = samples_of(layer);
    for (const Pattern& pattern : {Pattern{}, Pattern{.nonzero = 2, .of = 4},
                                   Pattern{.channels = 1, .taps = 4}, Pattern{.channels = 2}}) {
      const auto lost = [&](bool second_order) {
        return noise(
            graph,
            pruned(graph, samples, {.share = 0.5, .pattern = pattern, .second_order = second_order})
                .graph,
            samples);
      };
      CHECK(lost(true) < 0.2 * lost(false));
    }
  }
}

TEST_CASE("later layers make up for earlier ones", "[compress]") {
  Dense first(3);
  Builder& b = first.b;
  Random random(4);
  const TensorId y =
      b.node(ops::fully_connected, ops::FullyConnectedAttributes{},
             {b.graph.outputs[0],
              b.constant(ElementType::f32, {4, Dense::outputs}, normal(random, 4 * Dense::outputs)),
              no_tensor});
  b.graph.outputs = {y};
  const Graph graph = named(b.graph);
  const auto samples = samples_of(first);
  // The second layer has a few weights pruned, which must not cost what it makes up for.
  const double alone =
      noise(graph, pruned(graph, samples, {.layers = {{"layer 0", 0.8}}}).graph, samples);
  const double both =
      noise(graph, pruned(graph, samples, {.layers = {{"layer 0", 0.8}, {"layer 1", 0.01}}}).graph,
            samples);
  CHECK(both < alone);
}

TEST_CASE("N:M keeps at most N of M neighbours", "[compress]") {
  const Graph graph = net();
  const auto samples = uniform_samples(graph, 20, -1, 1);
  for (const bool second_order : {false, true}) {
    const Compressed result =
        pruned(graph, samples,
               {.share = 0.1, .pattern = {.nonzero = 1, .of = 4}, .second_order = second_order});
    check_zeros(result);
    // 27 taps are six groups of four and three that are left.
    const CompressedWeights& conv = result.layers.at("layer 0");
    CHECK(zeros(conv) == 8 * 6 * 3);
    for (std::size_t channel = 0; channel < 8; ++channel) {
      const auto at = conv.kept.begin() + static_cast<std::ptrdiff_t>(27 * channel);
      for (int tap = 0; tap < 24; tap += 4) CHECK(std::count(at + tap, at + tap + 4, 1) == 1);
      CHECK(std::count(at + 24, at + 27, 1) == 3);
    }
    // Taps of depthwise layers lie one row of channels apart.
    const CompressedWeights& depthwise = result.layers.at("layer 1");
    for (std::size_t channel = 0; channel < 8; ++channel) {
      int kept = 0;
      for (std::size_t tap = 0; tap < 4; ++tap) kept += depthwise.kept[8 * tap + channel];
      CHECK(kept == 1);
    }
    const Compressed more = pruned(graph, samples,
                                   {.layers = {{"layer 3", 0.9}},
                                    .pattern = {.nonzero = 2, .of = 4},
                                    .second_order = second_order});
    CHECK(zeros(more.layers.at("layer 3")) == 288);
  }
}

TEST_CASE("blocks are zero or not as one", "[compress]") {
  const Graph graph = net();
  const auto samples = uniform_samples(graph, 20, -1, 1);
  for (const bool second_order : {false, true}) {
    const Compressed result = pruned(graph, samples,
                                     {.layers = {{"layer 0", 0.5}},
                                      .pattern = {.channels = 2, .taps = 4},
                                      .second_order = second_order});
    check_zeros(result);
    const CompressedWeights& conv = result.layers.at("layer 0");
    CHECK(std::abs(zeros(conv) - 108) <= 4);
    for (std::size_t channel = 0; channel < 8; channel += 2)
      for (std::size_t tap = 0; tap < 27; ++tap) {
        const std::size_t block = 27 * channel + tap / 4 * 4;
        const bool kept = conv.kept[27 * channel + tap];
        CHECK(conv.kept[27 * (channel + 1) + tap] == kept);
        CHECK((tap < 24 ? conv.kept[block] == kept : kept));
      }
  }
}

TEST_CASE("what the pattern cannot reach is said", "[compress]") {
  const Graph graph = net();
  const auto samples = uniform_samples(graph, 4, -1, 1);
  Diagnostics diagnostics;
  // Depthwise channels read inputs of their own: no two are in one block.
  const Compressed result = prune(graph, samples,
                                  {.share = 0.99,
                                   .layers = {{"layer 0", 0.95}, {"layer 1", 0.5}},
                                   .pattern = {.channels = 2, .taps = 4}},
                                  diagnostics);
  CHECK(!diagnostics.failed());
  const std::string text = text_of(diagnostics);
  CHECK(text.find("layer \"layer 0\" is pruned to a share of 0.889, not 0.95") !=
        std::string::npos);
  CHECK(text.find("layer \"layer 1\" is pruned to a share of 0.000, not 0.5") != std::string::npos);
  CHECK(zeros(result.layers.at("layer 0")) == 8 * 24);
}

TEST_CASE("options that make no sense are reported", "[compress]") {
  const Graph graph = net();
  const auto samples = uniform_samples(graph, 4, -1, 1);
  const auto says = [&](const PruneOptions& options, std::string_view message) {
    Diagnostics diagnostics;
    const Compressed result = prune(graph, samples, options, diagnostics);
    CAPTURE(text_of(diagnostics));
    CHECK(diagnostics.failed());
    CHECK(text_of(diagnostics).find(message) != std::string::npos);
    CHECK(result.layers.empty());
  };
  says({.share = 1.5}, "the model cannot be pruned to a share of 1.5");
  says({.share = -0.1}, "share of -0.1");
  says({.share = std::nan("")}, "shares are from 0");
  says({.layers = {{"layer 0", 2}}}, "layer \"layer 0\" cannot be pruned to a share of 2");
  says({.layers = {{"x", 0.5}}}, "the layers are: layer 0, layer 1, layer 2, layer 3");
  says({.share = 0.5, .pattern = {.nonzero = 5, .of = 4}}, "5:4 is no pattern");
  says({.share = 0.5, .pattern = {.nonzero = -1, .of = 4}}, "-1:4 is no pattern");
  says({.share = 0.5, .pattern = {.channels = 0}}, "0x1 is no block");
  says({.share = 0.5, .pattern = {.taps = 1 << 30}}, "is no block");
  says({.share = 0.5, .pattern = {.nonzero = 2, .of = 4, .taps = 4}}, "not both");
}

TEST_CASE("patterns larger than a layer leave it alone", "[compress]") {
  const Graph graph = net();
  const auto samples = uniform_samples(graph, 4, -1, 1);
  for (const Pattern& pattern :
       {Pattern{.nonzero = 1, .of = 1 << 30}, Pattern{.channels = 1 << 30, .taps = 64}}) {
    Diagnostics diagnostics;
    const Compressed result =
        prune(graph, samples, {.share = 0.5, .pattern = pattern}, diagnostics);
    CHECK(zeros(result) == 0);
    CHECK(text_of(diagnostics).find("the model is pruned to a share of 0.000") !=
          std::string::npos);
  }
}

TEST_CASE("data that tells little gives weights that are finite", "[compress]") {
  const Graph graph = net();
  const auto check = [&](const std::vector<Sample>& samples) {
    for (const Pattern& pattern : {Pattern{}, Pattern{.taps = 2}})
      check_zeros(pruned(graph, samples, {.share = 0.6, .pattern = pattern}));
  };
  check({});
  check(uniform_samples(graph, 1, -1, 1));
  check(uniform_samples(graph, 5, 0, 0));
  check(uniform_samples(graph, 5, 3, 3));
  check(uniform_samples(graph, 5, -1e30F, 1e30F));
}

TEST_CASE("weights that two layers read are pruned in each by itself", "[compress]") {
  Builder b;
  Random random(5);
  const TensorId x = b.input(ElementType::f32, {1, 8});
  const TensorId w = b.constant(ElementType::f32, {8, 8}, normal(random, 64));
  TensorId y = b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, w, no_tensor});
  y = b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {y, w, no_tensor});
  b.output(y);
  const Graph graph = named(b.graph);
  const auto samples = uniform_samples(graph, 30, -1, 1);
  const Compressed result = pruned(graph, samples, {.layers = {{"layer 0", 0.5}}});
  CHECK(zeros(result.layers.at("layer 0")) == 32);
  CHECK(weights_of(result.graph, "layer 1") == weights_of(graph, "layer 1"));
  check_zeros(pruned(graph, samples, {.share = 0.5}));
}

TEST_CASE("zeros survive quantization", "[compress]") {
  const Graph graph = net();
  const auto samples = uniform_samples(graph, 20, -1, 1);
  const Compressed compressed = pruned(graph, samples, {.share = 0.7});
  Diagnostics diagnostics;
  const auto result =
      quantize(compressed.graph, samples, {.compressed = compressed.layers}, diagnostics);
  REQUIRE(result);
  for (const auto& [name, held] : compressed.layers) {
    const std::vector<std::int64_t> weights =
        integers(result->graph[node_of(result->graph, name).inputs[1]]);
    for (std::size_t i = 0; i < weights.size(); ++i)
      if (!held.kept[i]) CHECK(weights[i] == 0);
  }
}

TEST_CASE("pruning gives the same bytes every time", "[compress]") {
  const Graph graph = net();
  const auto samples = uniform_samples(graph, 20, -1, 1);
  const auto text = [&] { return print(pruned(graph, samples, {.share = 0.5}).graph); };
  CHECK(text() == text());
}
