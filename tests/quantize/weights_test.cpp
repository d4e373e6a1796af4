// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/weights.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/transpose_conv.h"
#include "compiler/quantize/values.h"
#include "tests/support/builder.h"
#include "tests/support/dense.h"
#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

constexpr std::int32_t inputs = Dense::inputs, outputs = Dense::outputs;

bool within(const std::vector<std::int8_t>& weights, int limit) {
  return std::all_of(weights.begin(), weights.end(),
                     [&](std::int8_t w) { return w >= -limit && w <= limit; });
}

}  // namespace

TEST_CASE("optimized rounding loses less than the nearest on correlated inputs", "[quantize]") {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    const Dense layer(seed);
    for (const std::int32_t bits : {4, 8}) {
      CAPTURE(seed, bits);
      const auto nearest = layer.errors(
          layer.quantized({.bits = bits, .optimized_rounding = false, .bias_correction = false}));
      const auto optimized = layer.errors(layer.quantized({.bits = bits}));
      CHECK(optimized.first < 0.5 * nearest.first);
    }
  }
}

TEST_CASE("bias correction takes the mean error away", "[quantize]") {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    const Dense layer(seed);
    const WeightOptions plain{.bits = 4, .optimized_rounding = false, .bias_correction = false};
    WeightOptions corrected = plain;
    corrected.bias_correction = true;
    const QuantizedWeights before = layer.quantized(plain), after = layer.quantized(corrected);
    CHECK(after.weights == before.weights);
    CHECK(layer.errors(before).second > 1e-3);
    CHECK(layer.errors(after).second < 1e-6 * layer.errors(before).second);
    CHECK(layer.errors(after).first < layer.errors(before).first);
  }
}

TEST_CASE("weights of 8 bits are symmetric, those of 4 bits too", "[quantize]") {
  for (const bool optimized : {false, true})
    for (std::uint32_t seed = 1; seed <= 8; ++seed) {
      const Dense layer(seed);
      const auto narrow = layer.quantized({.bits = 4, .optimized_rounding = optimized});
      CHECK(within(narrow.weights, 7));
      CHECK(!within(narrow.weights, 6));
      const auto wide = layer.quantized({.bits = 8, .optimized_rounding = optimized});
      CHECK(within(wide.weights, 127));
      CHECK(!within(wide.weights, 63));
    }
}

TEST_CASE("without data, weights are the nearest multiples of a scale near the best",
          "[quantize]") {
  const Dense layer(3);
  const QuantizedWeights q = quantize_weights({layer.b.graph, layer.b.graph.nodes[0]}, {}, {}, {});
  const std::vector<float> w = elements<float>(layer.b.graph[layer.b.graph.nodes[0].inputs[1]]);
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double scale = q.scales[i / inputs];
    const double level = std::clamp(std::round(w[i] / scale), -127.0, 127.0);
    CHECK(q.weights[i] == level);
  }
}

TEST_CASE("a channel of zeros keeps its bias and takes no weights", "[quantize]") {
  for (const bool optimized : {false, true}) {
    Dense layer(4);
    Tensor& weights = layer.b.graph[layer.b.graph.nodes[0].inputs[1]];
    std::vector<float> values = elements<float>(weights);
    std::fill(values.begin() + inputs, values.begin() + 2 * inputs, 0.0F);
    weights.data = to_bytes(values);
    const QuantizedWeights q = layer.quantized({.optimized_rounding = optimized});
    for (std::size_t i = inputs; i < 2 * inputs; ++i) CHECK(q.weights[i] == 0);
    CHECK(q.scales[1] > 0);
    const std::vector<float> bias =
        elements<float>(layer.b.graph[layer.b.graph.nodes[0].inputs[2]]);
    CHECK(q.bias[1] == Approx(bias[1]).epsilon(1e-3));
  }
}

TEST_CASE("biases fit 31 bits, however small the weights", "[quantize]") {
  for (const bool optimized : {false, true})
    for (const float size : {1e-12F, 1e-6F, 1e6F}) {
      Dense layer(5);
      const Node& node = layer.b.graph.nodes[0];
      std::vector<float> values = elements<float>(layer.b.graph[node.inputs[1]]);
      for (float& value : values) value *= size;
      layer.b.graph[node.inputs[1]].data = to_bytes(values);
      const double input_scale = 1e-3;
      const QuantizedWeights q =
          layer.quantized({.optimized_rounding = optimized, .input_scale = input_scale});
      for (std::size_t c = 0; c < outputs; ++c) {
        CAPTURE(optimized, size, c, q.bias[c], q.scales[c]);
        CHECK(std::abs(q.bias[c] / (input_scale * double{q.scales[c]})) < 2147483647.0);
      }
    }
}

TEST_CASE("a channel with huge weights costs the others nothing", "[quantize]") {
  const Dense layer(6);
  Dense uneven(6);
  Tensor& weights = uneven.b.graph[uneven.b.graph.nodes[0].inputs[1]];
  std::vector<float> values = elements<float>(weights);
  for (std::size_t i = 0; i < inputs; ++i) values[i] *= 1e9F;
  weights.data = to_bytes(values);
  const QuantizedWeights a = layer.quantized({}), b = uneven.quantized({});
  CHECK(std::equal(a.weights.begin() + inputs, a.weights.end(), b.weights.begin() + inputs));
  CHECK(std::equal(a.scales.begin() + 1, a.scales.end(), b.scales.begin() + 1));
  CHECK(!within({b.weights.begin(), b.weights.begin() + inputs}, 63));
}

TEST_CASE("channels of every layout are rounded against their own inputs", "[quantize]") {
  Random random(7);
  Builder b;
  const TensorId x = b.input(ElementType::f32, {1, 5, 5, 4});
  const auto reals = [&](Shape shape) {
    const std::int64_t count = element_count(shape);
    return b.constant(ElementType::f32, std::move(shape), normal(random, count));
  };
  b.node(ops::conv2d, ops::Conv2dAttributes{.pads = {1, 0, 1, 0}},
         {x, reals({6, 2, 2, 2}), no_tensor});
  b.node(ops::depthwise_conv2d, ops::DepthwiseConv2dAttributes{.stride = {2, 1}},
         {x, reals({1, 2, 3, 8}), no_tensor});
  b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, reals({3, 100}), no_tensor});
  b.node(ops::fully_connected, ops::FullyConnectedAttributes{.keep_dims = true},
         {x, reals({3, 4}), no_tensor});
  b.node(ops::transpose_conv, ops::TransposeConvAttributes{.output_shape = {1, 6, 6, 4}},
         {x, reals({4, 2, 2, 4}), no_tensor});
  for (const Node& node : b.graph.nodes) b.output(node.outputs[0]);
  const std::vector<Sample> samples = uniform_samples(b.graph, 20, 0, 1);
  std::vector<const Bytes*> data;
  for (const Sample& sample : samples) data.push_back(&sample[0]);
  for (const Node& node : b.graph.nodes) {
    CAPTURE(node.op->name);
    const QuantizedWeights q = quantize_weights({b.graph, node}, {}, data, data);
    // The layer with these weights and biases gives nearly what it gave.
    Builder again = b;
    const Tensor& weights = b.graph[node.inputs[1]];
    const auto axis = static_cast<std::size_t>(node.op->quantization->channel_axis);
    std::int64_t inner = 1;
    for (std::size_t i = axis + 1; i < weights.shape.size(); ++i) inner *= weights.shape[i];
    std::vector<float> values;
    for (std::size_t i = 0; i < q.weights.size(); ++i)
      values.push_back(q.scales[i / static_cast<std::size_t>(inner) % q.scales.size()] *
                       static_cast<float>(q.weights[i]));
    const std::vector<float> bias(q.bias.begin(), q.bias.end());
    const auto channels = static_cast<std::int32_t>(bias.size());
    const TensorId found = again.node(*node.op, node.attributes,
                                      {x, again.constant(ElementType::f32, weights.shape, values),
                                       again.constant(ElementType::f32, {channels}, bias)});
    again.graph.outputs = {node.outputs[0], found};
    Evaluation evaluation(again.graph);
    double signal = 0, noise = 0;
    for (const Sample& sample : samples) {
      const std::vector<Bytes> both = evaluation.run(sample);
      for (std::size_t i = 0; i < floats(both[0]).size(); ++i) {
        signal += std::pow(floats(both[0])[i], 2);
        noise += std::pow(floats(both[0])[i] - floats(both[1])[i], 2);
      }
    }
    CHECK(noise < 1e-4 * signal);
  }
}
