// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/channels.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "compiler/compress/coupled_channels.h"
#include "compiler/ops/add.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/softmax.h"
#include "compiler/quantize/loss.h"
#include "compiler/quantize/values.h"
#include "tests/support/dense.h"
#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// Layers with random weights on images of 4 x 4.
class Network {
 public:
  explicit Network(std::uint32_t seed = 1) : random_(seed) {}

  TensorId input(std::int32_t channels) { return b_.input(ElementType::f32, {1, 4, 4, channels}); }
  TensorId conv(TensorId x, std::int32_t channels, const char* name, std::int32_t kernel = 1,
                Activation activation = Activation::relu) {
    const std::int32_t pad = kernel / 2;
    const ops::Conv2dAttributes attributes{.pads = {pad, pad, pad, pad}, .activation = activation};
    return named(name, b_.node(ops::conv2d, attributes,
                               {x, constant({channels, kernel, kernel, b_.graph[x].shape[3]}),
                                constant({channels})}));
  }
  TensorId depthwise(TensorId x, const char* name) {
    const std::int32_t channels = b_.graph[x].shape[3];
    return named(
        name, b_.node(ops::depthwise_conv2d, ops::DepthwiseConv2dAttributes{.pads = {1, 1, 1, 1}},
                      {x, constant({1, 3, 3, channels}), constant({channels})}));
  }
  TensorId node(const OpDef& op, std::any attributes, std::vector<TensorId> inputs) {
    return b_.node(op, std::move(attributes), std::move(inputs));
  }
  TensorId dense(TensorId x, std::int32_t outputs, const char* name) {
    const std::int32_t inputs = b_.graph[x].shape.back();
    return named(name, b_.node(ops::fully_connected, ops::FullyConnectedAttributes{},
                               {x, constant({outputs, inputs}), constant({outputs})}));
  }
  TensorId flat(TensorId x) {
    const auto count = static_cast<std::int32_t>(element_count(b_.graph[x].shape));
    return b_.node(ops::reshape, ops::ReshapeAttributes{.shape = {1, count}}, {x});
  }
  Graph ending(TensorId x) {
    b_.output(x);
    // As files have them.
    for (std::size_t i = 0; i < b_.graph.tensors.size(); ++i)
      b_.graph.tensors[i].origin.tensor = static_cast<std::int32_t>(i);
    return b_.graph;
  }

 private:
  TensorId constant(Shape shape) {
    return b_.constant(ElementType::f32, shape, normal(random_, element_count(shape)));
  }
  TensorId named(const char* name, TensorId id) {
    b_.graph.nodes.back().name = name;
    b_.graph[id].name = name;
    return id;
  }

  Random random_;
  Builder b_;
};

Graph chain(std::uint32_t seed = 1) {
  Network n(seed);
  TensorId x = n.conv(n.input(2), 16, "first", 3);
  x = n.depthwise(x, "depthwise");
  x = n.conv(x, 24, "second");
  x = n.conv(x, 8, "third", 3);
  return n.ending(n.dense(n.flat(x), 5, "last"));
}

Graph residual() {
  Network n;
  const TensorId x = n.conv(n.input(2), 8, "stem");
  const TensorId inner = n.conv(x, 16, "inner", 3);
  const TensorId outer = n.conv(inner, 8, "outer", 1, Activation::none);
  const TensorId sum = n.node(ops::add, ops::AddAttributes{}, {x, outer});
  return n.ending(n.conv(n.node(ops::relu, {}, {sum}), 3, "last"));
}

Graph joined() {
  Network n;
  const TensorId x = n.input(2);
  const TensorId left = n.conv(x, 8, "left"), right = n.conv(x, 12, "right", 3);
  const TensorId both = n.node(ops::concat, ops::ConcatAttributes{.axis = 3}, {left, right});
  return n.ending(n.conv(n.depthwise(both, "depthwise"), 3, "last"));
}

std::int32_t channels_of(const Graph& graph, const std::string& name) {
  return tensor_of(graph, name).shape.back();
}

double macs(const Graph& graph) {
  return macs_without(graph, {});
}

Graph pruned(const Graph& graph, const ChannelPruneOptions& options, std::size_t samples = 40) {
  Diagnostics diagnostics;
  Graph result =
      prune_channels(graph, uniform_samples(graph, samples, -1, 1), options, diagnostics);
  CHECK(text_of(diagnostics).empty());
  CHECK(problems(result).empty());
  return result;
}

/// The channels of the graph's tensor that the result's tensor of that name carries.
std::vector<std::int32_t> left(const Graph& result, const std::string& name) {
  const Tensor& tensor = tensor_of(result, name);
  if (!tensor.origin.channels.empty()) return tensor.origin.channels;
  std::vector<std::int32_t> all;
  for (std::int32_t c = 0; c < tensor.shape.back(); ++c) all.push_back(c);
  return all;
}

double noise(const Graph& exact, const Graph& found) {
  const std::vector<Sample> samples = uniform_samples(exact, 50, -1, 1, 9);
  return output_noise(real_outputs(exact, samples), real_outputs(found, samples)).relative();
}

/// The graph in which the channels that `result` has lost are zero.
Graph zeroed(const Graph& graph, const Graph& result) {
  std::vector<CoupledChannels> gone;
  for (const ChannelFamily& family : channel_families(graph))
    for (const CoupledChannels& channels : family) {
      const Node& maker = graph.nodes[channels.made.front().node];
      const std::vector<std::int32_t> there = left(result, maker.name);
      if (!std::binary_search(there.begin(), there.end(), channels.made.front().channel))
        gone.push_back(channels);
    }
  std::vector<const CoupledChannels*> pointers;
  for (const CoupledChannels& each : gone) pointers.push_back(&each);
  return without_channels(graph, pointers);
}

std::string problem(const Graph& graph, const ChannelPruneOptions& options, bool warning = false) {
  Diagnostics diagnostics;
  const Graph result =
      prune_channels(graph, uniform_samples(graph, 8, -1, 1), options, diagnostics);
  CHECK(diagnostics.failed() != warning);
  CHECK(!diagnostics.all().empty());
  if (!warning) CHECK(macs(result) == macs(graph));
  return text_of(diagnostics);
}

}  // namespace

TEST_CASE("what is left computes what the graph with zeros does", "[compress]") {
  for (const Graph& graph : {chain(), residual(), joined()})
    for (const double share : {0.2, 0.5, 0.7})
      for (const bool second_order : {false, true}) {
        CAPTURE(share, second_order);
        const Graph small = pruned(graph, {.share = share, .second_order = false});
        CHECK(macs(small) <= (1 - share) * macs(graph) + 1e-6);
        CHECK(noise(zeroed(graph, small), small) < 1e-10);
        CHECK(noise(graph, small) > 1e-3);
        const Graph fitted = pruned(graph, {.share = share, .second_order = second_order});
        CHECK(macs(fitted) <= (1 - share) * macs(graph) + 1e-6);
      }
}

TEST_CASE("origins say which channels are left", "[compress]") {
  const Graph graph = chain();
  const Graph small = pruned(graph, {.share = 0.4, .second_order = false});
  CHECK(left(small, "first") == left(small, "depthwise"));
  // The weights that are left are those of these channels.
  const auto weights = [](const Graph& of, const char* name) {
    const auto node = std::find_if(of.nodes.begin(), of.nodes.end(),
                                   [&](const Node& each) { return each.name == name; });
    return elements<float>(of[node->inputs[1]]);
  };
  const std::vector<std::int32_t> inputs = left(small, "first"), outputs = left(small, "second");
  REQUIRE(outputs.size() < 24);
  const std::vector<float> before = weights(graph, "second"), after = weights(small, "second");
  for (std::size_t o = 0; o < outputs.size(); ++o)
    for (std::size_t i = 0; i < inputs.size(); ++i)
      CHECK(after[o * inputs.size() + i] ==
            before[static_cast<std::size_t>(outputs[o] * 16 + inputs[i])]);
  CHECK(tensor_of(small, "second").origin.tensor == tensor_of(graph, "second").origin.tensor);
}

TEST_CASE("channels that are added go from both, joined ones at their places", "[compress]") {
  const Graph small = pruned(residual(), {.share = 0, .layers = {{"outer", 0.5}}});
  CHECK(channels_of(small, "outer") == 4);
  CHECK(left(small, "outer") == left(small, "stem"));
  CHECK(channels_of(small, "inner") == 16);
  const Graph parts = pruned(joined(), {.share = 0, .layers = {{"right", 0.6}}});
  CHECK(channels_of(parts, "left") == 8);
  CHECK(channels_of(parts, "right") == 8);  // 5 are wanted, a multiple of 4 is left
  std::vector<std::int32_t> expected = left(parts, "left");
  for (const std::int32_t c : left(parts, "right")) expected.push_back(8 + c);
  CHECK(left(parts, "depthwise") == expected);
}

TEST_CASE("layers are left with multiples of four channels", "[compress]") {
  for (const double share : {0.1, 0.3, 0.5}) {
    const Graph small = pruned(chain(), {.share = share});
    for (const char* name : {"first", "second", "third"}) CHECK(channels_of(small, name) % 4 == 0);
    CHECK(channels_of(small, "last") == 5);
  }
}

TEST_CASE("weights that make up for channels lose less", "[compress]") {
  double sum = 0, without = 0, by_magnitude = 0;
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    const Graph graph = chain(seed);
    const Graph fitted = pruned(graph, {.share = 0.4}, 100);
    const double found = noise(graph, fitted), zeros = noise(graph, zeroed(graph, fitted));
    CAPTURE(seed);
    CHECK(found < zeros);
    sum += found;
    without += zeros;
    by_magnitude += noise(graph, pruned(graph, {.share = 0.4, .second_order = false}));
  }
  CHECK(sum < 0.5 * without);
  CHECK(sum < 0.5 * by_magnitude);
}

TEST_CASE("pruning channels gives the same bytes each time", "[compress]") {
  const Graph a = pruned(chain(), {}), b = pruned(chain(), {});
  REQUIRE(a.tensors.size() == b.tensors.size());
  for (std::size_t i = 0; i < a.tensors.size(); ++i) CHECK(a.tensors[i].data == b.tensors[i].data);
}

TEST_CASE("channels that cannot go stay", "[compress]") {
  Network n;
  // 0.5 is what becomes of a zero in the first layer, softmax takes the second's whole.
  const TensorId x = n.node(ops::logistic, {}, {n.conv(n.input(2), 8, "gate")});
  const TensorId y = n.node(ops::softmax, ops::SoftmaxAttributes{}, {n.conv(x, 8, "whole")});
  const Graph graph = n.ending(n.conv(y, 4, "last"));
  CHECK(channel_families(graph).empty());
  for (const char* name : {"gate", "whole", "last"})
    CHECK(problem(graph, {.share = 0, .layers = {{name, 0.5}}}).find(name) != std::string::npos);
  CHECK(problem(graph, {.share = 0.5}, true).find("loses 0.0 %") != std::string::npos);
}

TEST_CASE("two channels of every tensor stay", "[compress]") {
  const Graph graph = chain();
  CHECK(problem(graph, {.share = 0.999}, true).find("multiply-accumulates") != std::string::npos);
  const Graph small = pruned(graph, {.share = 0, .layers = {{"second", 0.99}, {"first", 0.99}}});
  CHECK(channels_of(small, "second") == 2);
  CHECK(channels_of(small, "first") == 2);
}

TEST_CASE("shares of channels that are none are reported", "[compress]") {
  CHECK(problem(chain(), {.share = 1}).find("share of 1") != std::string::npos);
  CHECK(problem(chain(), {.share = -0.1}).find("-0.1") != std::string::npos);
  CHECK(problem(chain(), {.share = std::nan("")}).find("nan") != std::string::npos);
  CHECK(problem(chain(), {.layers = {{"second", 1.5}}}).find("second") != std::string::npos);
  CHECK(problem(residual(), {.layers = {{"stem", 0.5}, {"outer", 0.2}}}).find("go together") !=
        std::string::npos);
  CHECK(problem(chain(), {.layers = {{"secnd", 0.5}}}).find("second, third") != std::string::npos);
}

TEST_CASE("dead layers and weights that are not finite do no harm", "[compress]") {
  Graph dead = chain();
  for (Tensor& tensor : dead.tensors)
    if (tensor.constant) std::fill(tensor.data.begin(), tensor.data.end(), std::uint8_t{0});
  const Graph small = pruned(dead, {.share = 0.3});
  for (const Tensor& tensor : small.tensors)
    for (const float value : elements<float>(tensor)) CHECK(value == 0);
  Graph broken = chain();
  Tensor& weights = broken[broken.nodes[2].inputs[1]];
  std::vector<float> values = elements<float>(weights);
  values[3] = std::numeric_limits<float>::quiet_NaN();
  weights.data = to_bytes(values);
  Diagnostics diagnostics;
  const Graph result =
      prune_channels(broken, uniform_samples(broken, 10, -1, 1), {.share = 0.2}, diagnostics);
  CHECK(problems(result).empty());
}
