// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/cluster.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/quantize/linear.h"
#include "compiler/quantize/loss.h"
#include "tests/support/dense.h"
#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

std::vector<Sample> samples_of(const Dense& layer) {
  std::vector<Sample> samples;
  for (const Bytes& each : layer.data) samples.push_back({each});
  return samples;
}

/// A convolution, one by channel, and a fully connected layer without a bias.
Graph network(std::uint32_t seed = 1) {
  Random random(seed);
  Builder b;
  const auto constant = [&](Shape shape) {
    return b.constant(ElementType::f32, shape, normal(random, element_count(shape)));
  };
  TensorId x = b.input(ElementType::f32, {1, 6, 6, 3});
  x = b.node(ops::conv2d, ops::Conv2dAttributes{}, {x, constant({8, 3, 3, 3}), constant({8})});
  b.graph.nodes.back().name = "conv";
  x = b.node(ops::depthwise_conv2d, ops::DepthwiseConv2dAttributes{},
             {x, constant({1, 3, 3, 8}), constant({8})});
  b.graph.nodes.back().name = "depthwise";
  x = b.node(ops::conv2d, ops::Conv2dAttributes{}, {x, constant({5, 1, 1, 8})});
  b.graph.nodes.back().name = "pointwise";
  b.output(x);
  return b.graph;
}

Compressed clustered(Compressed given, const std::vector<Sample>& samples,
                     const ClusterOptions& options) {
  Diagnostics diagnostics;
  cluster(given, samples, options, diagnostics);
  CHECK(text_of(diagnostics).empty());
  CHECK(problems(given.graph).empty());
  return given;
}

const Node& node_of(const Graph& graph, const std::string& name) {
  return *std::find_if(graph.nodes.begin(), graph.nodes.end(),
                       [&](const Node& node) { return node.name == name; });
}

/// Weights are scale times level, of at most so many levels, the pruned ones zero.
void check_layer(const Compressed& compressed, const std::string& name, std::size_t levels,
                 bool by_channel) {
  CAPTURE(name, levels, by_channel);
  const NodeView view{compressed.graph, node_of(compressed.graph, name)};
  const CompressedWeights& held = compressed.layers.at(name);
  const LinearLayout layout(view);
  const auto channels = static_cast<std::size_t>(layout.channels);
  REQUIRE(held.scales.size() == channels);
  REQUIRE(held.levels.size() == (by_channel ? channels : 1));
  const std::vector<float> weights = elements<float>(view.input(weights_operand));
  for (std::int64_t c = 0; c < layout.channels; ++c) {
    const float scale = held.scales[static_cast<std::size_t>(c)];
    const std::vector<std::int8_t>& those = held.levels_of(static_cast<std::size_t>(c));
    CHECK(those.size() <= levels);
    CHECK(std::set<std::int8_t>(those.begin(), those.end()).size() == those.size());
    CHECK(std::is_sorted(those.begin(), those.end()));
    CHECK((std::isfinite(scale) && scale > 0));
    for (std::int64_t tap = 0; tap < layout.taps; ++tap) {
      const std::size_t at = layout.position(c, tap);
      CHECK(std::any_of(those.begin(), those.end(), [&](std::int8_t level) {
        return scale * static_cast<float>(level) == weights[at];
      }));
      if (!held.kept.empty() && !held.kept[at]) CHECK(weights[at] == 0);
    }
  }
}

/// Every third weight of each layer.
Compressed pruned(Graph graph) {
  Compressed result{std::move(graph), {}};
  for (Node& node : result.graph.nodes) {
    Tensor& tensor = result.graph[node.inputs[weights_operand]];
    std::vector<float> values = elements<float>(tensor);
    for (std::size_t i = 0; i < values.size(); ++i) {
      result.layers[node.name].kept.push_back(i % 3 == 1);
      if (i % 3 != 1) values[i] = 0;
    }
    tensor.data = to_bytes(values);
  }
  return result;
}

double noise(const Graph& exact, const Graph& found, const std::vector<Sample>& samples) {
  return output_noise(real_outputs(exact, samples), real_outputs(found, samples)).relative();
}

/// Bits per weight, at least, of the levels of a layer.
double entropy(const Compressed& compressed, const std::string& name) {
  const NodeView view{compressed.graph, node_of(compressed.graph, name)};
  const LinearLayout layout(view);
  const std::vector<float> weights = elements<float>(view.input(weights_operand));
  std::map<long, double> counts;
  for (std::int64_t c = 0; c < layout.channels; ++c)
    for (std::int64_t tap = 0; tap < layout.taps; ++tap)
      ++counts[std::lround(weights[layout.position(c, tap)] /
                           compressed.layers.at(name).scales[static_cast<std::size_t>(c)])];
  double bits = 0;
  for (const auto& [level, count] : counts)
    bits += count * std::log2(static_cast<double>(weights.size()) / count);
  return bits / static_cast<double>(weights.size());
}

std::string problem(Graph graph, const ClusterOptions& options, CompressedLayers layers = {}) {
  Compressed compressed{std::move(graph), std::move(layers)};
  const auto before = compressed.graph.tensors.size();
  Diagnostics diagnostics;
  cluster(compressed, uniform_samples(compressed.graph, 8, -1, 1), options, diagnostics);
  CHECK(diagnostics.failed());
  CHECK(compressed.graph.tensors.size() == before);
  return text_of(diagnostics);
}

}  // namespace

TEST_CASE("clustered weights are scale times level, exactly", "[compress]") {
  const std::vector<Sample> samples = uniform_samples(network(), 20, -1, 1);
  for (const std::int32_t bits : {1, 2, 4, 6})
    for (const bool by_channel : {false, true})
      for (const double rate : {0.0, 0.3})
        for (const bool with_zeros : {false, true}) {
          const Compressed given = with_zeros ? pruned(network()) : Compressed{network(), {}};
          const Compressed found =
              clustered(given, samples, {.bits = bits, .by_channel = by_channel, .rate = rate});
          for (const char* name : {"conv", "depthwise", "pointwise"}) {
            check_layer(found, name, std::size_t{1} << bits, by_channel);
            if (with_zeros) CHECK(found.layers.at(name).kept == given.layers.at(name).kept);
          }
        }
}

TEST_CASE("levels use the range of a byte", "[compress]") {
  const Compressed found =
      clustered({network(), {}}, uniform_samples(network(), 20, -1, 1), {.bits = 3});
  for (const auto& [name, held] : found.layers)
    CHECK(std::max(-int{held.levels[0].front()}, int{held.levels[0].back()}) == 127);
}

TEST_CASE("each bit more makes the output better", "[compress]") {
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    const Graph graph = network(seed);
    const std::vector<Sample> samples = uniform_samples(graph, 60, -1, 1, 7);
    double before = std::numeric_limits<double>::infinity();
    for (std::int32_t bits = 1; bits <= 6; ++bits) {
      const double now =
          noise(graph, clustered({graph, {}}, samples, {.bits = bits}).graph, samples);
      CAPTURE(seed, bits);
      CHECK(now < 0.5 * before);
      before = now;
    }
    CHECK(before < 1e-3);
  }
}

TEST_CASE("clusters lose less than equal steps in as many bits", "[compress]") {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    Dense layer(seed);
    std::vector<float> cubes = layer.weights();
    for (float& each : cubes) each = each * each * each;
    layer.set_weights(cubes);
    const QuantizedWeights steps = layer.quantized({.bits = 4});
    const Compressed found = clustered({layer.b.graph, {}}, samples_of(layer), {.bits = 4});
    const CompressedWeights& held = found.layers.begin()->second;
    QuantizedWeights levels{.scales = held.scales};
    const Node& node = found.graph.nodes[0];
    const std::vector<float> values = elements<float>(found.graph[node.inputs[1]]);
    for (std::size_t i = 0; i < values.size(); ++i)
      levels.weights.push_back(
          static_cast<std::int8_t>(std::lround(values[i] / held.scales[i / Dense::inputs])));
    const std::vector<float> bias = elements<float>(found.graph[node.inputs[2]]);
    levels.bias.assign(bias.begin(), bias.end());
    CAPTURE(seed);
    CHECK(layer.errors(levels, cubes).first < 0.5 * layer.errors(steps, cubes).first);
  }
}

TEST_CASE("a rate saves more bits than it costs accuracy", "[compress]") {
  const Graph graph = network(3);
  const std::vector<Sample> samples = uniform_samples(graph, 60, -1, 1);
  const Compressed free = clustered({graph, {}}, samples, {.bits = 4});
  const Compressed priced = clustered({graph, {}}, samples, {.bits = 4, .rate = 0.1});
  const Compressed coarse = clustered({graph, {}}, samples, {.bits = 2});
  CHECK(entropy(priced, "conv") < 0.8 * entropy(free, "conv"));
  // As good as fewer levels at no more bits.
  CHECK(noise(graph, priced.graph, samples) < 0.7 * noise(graph, coarse.graph, samples));
}

TEST_CASE("layers are clustered as they are named", "[compress]") {
  const std::vector<Sample> samples = uniform_samples(network(), 20, -1, 1);
  const Compressed named =
      clustered({network(), {}}, samples, {.bits = 0, .layers = {{"depthwise", 2}}});
  CHECK(named.layers.size() == 1);
  check_layer(named, "depthwise", 4, false);
  const Compressed others =
      clustered({network(), {}}, samples, {.bits = 3, .layers = {{"depthwise", 0}, {"conv", 1}}});
  CHECK(others.layers.size() == 2);
  check_layer(others, "conv", 2, false);
  check_layer(others, "pointwise", 8, false);
}

TEST_CASE("clustering gives the same bytes each time", "[compress]") {
  const std::vector<Sample> samples = uniform_samples(network(), 20, -1, 1);
  const Compressed a = clustered({network(), {}}, samples, {.bits = 3, .rate = 0.1});
  const Compressed b = clustered({network(), {}}, samples, {.bits = 3, .rate = 0.1});
  for (std::size_t i = 0; i < a.graph.tensors.size(); ++i)
    CHECK(a.graph.tensors[i].data == b.graph.tensors[i].data);
}

TEST_CASE("degenerate layers stay finite", "[compress]") {
  const std::vector<Sample> dead(4, Sample{to_bytes(std::vector<float>(108))});
  for (const bool by_channel : {false, true}) {
    Graph zeros = network();
    for (Tensor& tensor : zeros.tensors)
      if (tensor.constant) std::fill(tensor.data.begin(), tensor.data.end(), std::uint8_t{0});
    for (const Graph& graph : {zeros, network()}) {
      const Compressed found =
          clustered({graph, {}}, dead, {.bits = 2, .by_channel = by_channel, .rate = 0.1});
      for (const char* name : {"conv", "depthwise", "pointwise"})
        check_layer(found, name, 4, by_channel);
    }
    Compressed nothing = pruned(network());
    for (auto& [name, held] : nothing.layers) std::fill(held.kept.begin(), held.kept.end(), 0);
    nothing.graph = zeros;
    check_layer(clustered(nothing, dead, {.bits = 1, .by_channel = by_channel}), "conv", 2,
                by_channel);
  }
}

TEST_CASE("weights that are not finite stay as they are", "[compress]") {
  Graph graph = network();
  Tensor& weights = graph[node_of(graph, "conv").inputs[weights_operand]];
  std::vector<float> values = elements<float>(weights);
  values[5] = std::numeric_limits<float>::quiet_NaN();
  weights.data = to_bytes(values);
  const Compressed found = clustered({graph, {}}, uniform_samples(graph, 4, -1, 1), {.bits = 2});
  CHECK(!found.layers.contains("conv"));
  check_layer(found, "depthwise", 4, false);
  CHECK(problem(graph, {.layers = {{"conv", 2}}}).find("not finite") != std::string::npos);
}

TEST_CASE("options that do not fit are reported", "[compress]") {
  CHECK(problem(network(), {.bits = 7}).find("1 to 6 bits") != std::string::npos);
  CHECK(problem(network(), {.bits = -1}).find("-1 bits") != std::string::npos);
  CHECK(problem(network(), {.layers = {{"conv", 9}}}).find("9 bits") != std::string::npos);
  CHECK(problem(network(), {.layers = {{"cnv", 2}}}).find("conv, depthwise") != std::string::npos);
  CHECK(problem(network(), {.rate = -1}).find("rate") != std::string::npos);
  CHECK(problem(network(), {.rate = std::nan("")}).find("rate") != std::string::npos);
  CHECK(problem(network(), {}, {{"conv", {.kept = {1, 0}}}}).find("conv") != std::string::npos);
}
