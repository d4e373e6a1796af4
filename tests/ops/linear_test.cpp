// SPDX-License-Identifier: Apache-2.0
//
// What all linear layers have in common: the format that their operands lead to, and sums at the
// bounds of what its accumulator holds.
#include "compiler/ops/linear.h"

#include <catch2/catch.hpp>

#include "compiler/lower/lower.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/transpose_conv.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/linear_draw.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;

/// A layer whose one output adds up all its taps.
struct OneSum {
  const OpDef& op;
  std::any (*attributes)();
  Shape (*input)(std::int32_t taps);
  Shape (*weights)(std::int32_t taps);
  bool narrow_bias;
};

const OneSum layers[] = {
    {ops::conv2d, [] { return std::any(ops::Conv2dAttributes{}); },
     [](std::int32_t taps) { return Shape{1, 1, taps, 1}; },
     [](std::int32_t taps) { return Shape{1, 1, taps, 1}; }, true},
    {ops::depthwise_conv2d, [] { return std::any(ops::DepthwiseConv2dAttributes{}); },
     [](std::int32_t taps) { return Shape{1, 1, taps, 2}; },
     [](std::int32_t taps) { return Shape{1, 1, taps, 2}; }, false},
    {ops::fully_connected, [] { return std::any(ops::FullyConnectedAttributes{}); },
     [](std::int32_t taps) { return Shape{1, taps}; },
     [](std::int32_t taps) { return Shape{1, taps}; }, true},
    {ops::transpose_conv,
     [] { return std::any(ops::TransposeConvAttributes{.output_shape = {1, 1, 1, 1}}); },
     [](std::int32_t taps) { return Shape{1, 1, 1, taps}; },
     [](std::int32_t taps) { return Shape{1, 1, 1, taps}; }, false},
};

/// Everything at the end of its range that is furthest from 0.
struct Extreme {
  std::int32_t taps;
  std::int64_t bias;
  float output_scale = 65536;
  ElementType weights = s8;
};

Builder build(const OneSum& layer, const Extreme& extreme, ElementType bias_type) {
  Builder b;
  const Shape shape = layer.weights(extreme.taps);
  const TensorId x = b.input(s16, layer.input(extreme.taps), per_tensor(1, 0));
  const auto least = static_cast<std::uint8_t>(range_of(extreme.weights).min);
  const Bytes lowest(static_cast<std::size_t>(element_count(shape)), least);
  const TensorId w = b.constant_bytes(extreme.weights, shape, lowest, per_tensor(1, 0));
  const std::int32_t channels = &layer.op == &ops::depthwise_conv2d ? 2 : 1;
  const std::vector<std::int64_t> wide(static_cast<std::size_t>(channels), extreme.bias);
  const TensorId bias =
      bias_type == s64
          ? b.constant(s64, {channels}, wide)
          : b.constant(s32, {channels}, std::vector<std::int32_t>(wide.begin(), wide.end()));
  b.output(b.node(layer.op, layer.attributes(), {x, w, bias}, per_tensor(extreme.output_scale, 0)));
  return b;
}

std::string kernel_of(const Graph& graph) {
  return lower(graph, host).steps.back().kernel.name;
}

std::int16_t output_of(const Graph& graph, std::int16_t input, KernelChoice choice) {
  const std::vector<std::int16_t> inputs(
      static_cast<std::size_t>(element_count(graph[graph.inputs[0]].shape)), input);
  const Bytes bytes = Evaluation(graph, choice).run({to_bytes(inputs)})[0];
  return static_cast<std::int16_t>(bytes[0] | bytes[1] << 8);
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

TEST_CASE("sums of 16-bit layers have 32 bits as long as none can leave them", "[linear]") {
  // 511 products of -128 and -32768, and what is left to 2^31 - 1.
  const std::int64_t rest = INT32_MAX - std::int64_t{511} * 128 * 32768;
  for (const OneSum& layer : layers) {
    CAPTURE(layer.op.name);
    for (const std::int64_t bias : {rest, -rest}) {
      const Graph graph = build(layer, {511, bias}, s64).graph;
      CHECK(ends_with(kernel_of(graph), "_s16x8"));
      for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best}) {
        CHECK(output_of(graph, -32768, choice) == (bias > 0 ? 32767 : 32640));
        CHECK(output_of(graph, 32767, choice) == (bias > 0 ? -32639 : -32767));
      }
    }
    for (const std::int64_t bias : {rest + 1, -rest - 1}) {
      const Graph graph = build(layer, {511, bias}, s64).graph;
      CHECK(ends_with(kernel_of(graph), "_s16x8_s64"));
      CHECK(output_of(graph, -32768, KernelChoice::best) == (bias > 0 ? 32767 : 32640));
    }
  }
}

TEST_CASE("weights of 4 bits leave more room for taps", "[linear]") {
  // 8191 products of -8 and -32768, and what is left to 2^31 - 1.
  const std::int64_t rest = INT32_MAX - std::int64_t{8191} * 8 * 32768;
  for (const OneSum& layer : layers) {
    CAPTURE(layer.op.name);
    if (&layer.op == &ops::transpose_conv) {
      CHECK_THROWS_WITH(build(layer, {1, 0, 1, s4}, s64), Catch::Contains("s16, s4 and s16"));
      continue;
    }
    const Graph short_sums = build(layer, {8191, rest, 65536, s4}, s64).graph;
    CHECK(ends_with(kernel_of(short_sums), "_s16x4"));
    const Graph long_sums = build(layer, {8191, rest + 1, 65536, s4}, s64).graph;
    CHECK(ends_with(kernel_of(long_sums), "_s16x4_s64"));
    for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best}) {
      CHECK(output_of(short_sums, -32768, choice) == 32767);
      CHECK(output_of(long_sums, -32768, choice) == 32767);
      CHECK(output_of(short_sums, 32767, choice) == -32759);
    }
    CHECK_THROWS_WITH(build(layer, {1, 0, 1, s4}, s32), Catch::Contains("expected s64"));
  }
}

TEST_CASE("sums of 64 bits reach 2^47", "[linear]") {
  const std::int64_t products = std::int64_t{1000} * 128 * 32768;
  const std::int64_t most = (std::int64_t{1} << 47) - 1 - products;
  const float scale = 4294967296.0F;
  for (const OneSum& layer : layers) {
    CAPTURE(layer.op.name);
    const Graph graph = build(layer, {1000, most, scale}, s64).graph;
    CHECK(output_of(graph, -32768, KernelChoice::best) == 32767);
    CHECK_THROWS_WITH(build(layer, {1000, most + 1, scale}, s64), Catch::Contains("can overflow"));
    CHECK_THROWS_WITH(build(layer, {1, INT64_MIN, scale}, s64), Catch::Contains("can overflow"));
  }
}

TEST_CASE("a bias of 32 bits asks for sums of 32 bits", "[linear]") {
  const std::int64_t rest = INT32_MAX - 255 - std::int64_t{511} * 128 * 32768;
  for (const OneSum& layer : layers) {
    CAPTURE(layer.op.name);
    if (!layer.narrow_bias) {
      CHECK_THROWS_WITH(build(layer, {1, 0}, s32), Catch::Contains("expected s64"));
      continue;
    }
    const Graph graph = build(layer, {511, rest}, s32).graph;
    CHECK(ends_with(kernel_of(graph), "_s16x8_b32"));
    CHECK(output_of(graph, -32768, KernelChoice::best) == 32767);
    CHECK_THROWS_WITH(build(layer, {511, rest + 1}, s32), Catch::Contains("can overflow"));
  }
}

TEST_CASE("the two ways to requantize 16-bit layers differ", "[linear]") {
  // The multiplier is a little more than 1/2, but with 15 bits of fraction it is not.
  const auto output = [](ElementType bias_type) {
    const Graph graph = build(layers[2], {1, 65530, 1.99994508F}, bias_type).graph;
    return output_of(graph, 0, KernelChoice::best);
  };
  CHECK(output(s32) == 32766);
  CHECK(output(s64) == 32765);
}

TEST_CASE("16-bit layers are symmetric", "[linear]") {
  Builder b;
  const TensorId x = b.input(s16, {1, 1}, per_tensor(1, 1));
  const TensorId w = b.constant<std::int8_t>(s8, {1, 1}, {1}, per_tensor(1, 0));
  CHECK_THROWS_WITH(
      b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, w}, per_tensor(1, 0)),
      Catch::Contains("zero point 1"));
}

TEST_CASE("random fully connected layers agree with the oracle", "[linear]") {
  Random random(4501);
  for (int trial = 0; trial < 200; ++trial)
    for (const LinearTypes& types :
         {f32_layer, s8_layer, u8_layer, s16x8_layer, s16x8_b32_layer, s8x4_layer, s16x4_layer}) {
      const std::int32_t inputs = random.integer(1, 60), outputs = random.integer(1, 9);
      Builder b;
      const TensorId x =
          b.input(types.input, {3, inputs}, random.quantization(types.input, 1e-3F, 0.1F));
      const TensorId w = draw_weights(random, b, types, {outputs, inputs}, 0);
      const TensorId bias = draw_bias(random, b, types, outputs);
      const TensorId y = b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, w, bias},
                                draw_output(random, b, types, x, w));
      b.output(y);
      const Bytes input = random.elements(types.input, 3 * inputs);
      oracle::Tensor added;
      if (bias != no_tensor) added = for_oracle(b.graph[bias], b.graph[bias].data);
      const oracle::Tensor expected = oracle::fully_connected(
          for_oracle(b.graph[x], input), for_oracle(b.graph[w], b.graph[w].data),
          bias == no_tensor ? nullptr : &added, {}, for_oracle(b.graph[y]));
      for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best})
        REQUIRE(difference(expected, b.graph[y], Evaluation(b.graph, choice).run({input})[0]) ==
                "");
    }
}
