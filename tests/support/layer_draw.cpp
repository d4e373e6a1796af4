// SPDX-License-Identifier: Apache-2.0
#include "tests/support/layer_draw.h"

#include <algorithm>

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "tests/support/linear_draw.h"

namespace smelt::test {
namespace {

/// One time in four.
std::optional<std::uint8_t> extreme(Random& random) {
  if (random.integer(0, 3) > 0) return std::nullopt;
  return random.coin() ? std::uint8_t{0x80} : std::uint8_t{0x7f};
}

Extent2 extent(Random& random, std::int32_t max) {
  return {random.integer(1, max), random.integer(1, max)};
}

Activation activation(Random& random) {
  return random.of<Activation>({Activation::none, Activation::relu, Activation::relu6});
}

void draw_input(Layer& layer, const Shape& shape) {
  layer.x = layer.b.input(ElementType::s8, shape,
                          layer.random.quantization(ElementType::s8, 1e-3F, 0.1F));
}

void draw_weights(Layer& layer, const Shape& shape, std::int32_t axis) {
  layer.w = draw_weights(layer.random, layer.b, s8_layer, shape, axis);
  Bytes& data = layer.b.graph[layer.w].data;
  if (const auto value = extreme(layer.random)) std::fill(data.begin(), data.end(), *value);
}

template <typename Attributes>
void draw_node(Layer& layer, const OpDef& op, const Attributes& attributes, std::int32_t channels) {
  const TensorId bias = draw_bias(layer.random, layer.b, s8_layer, channels);
  const Quantization output = draw_output(layer.random, layer.b, s8_layer, layer.x, layer.w);
  layer.b.output(layer.b.node(op, attributes, {layer.x, layer.w, bias}, output));
}

/// Kernel, stride, dilation, pads and an image that they fit in.
template <typename Attributes>
struct Geometry {
  Extent2 kernel;
  Attributes attributes;
  Extent2 image;

  explicit Geometry(Layer& layer) {
    Random& random = layer.random;
    const std::int32_t kind = random.integer(0, 3);
    kernel = kind == 0 ? Extent2{1, 1} : kind == 1 ? Extent2{3, 3} : extent(random, 7);
    attributes.stride = random.coin() ? Extent2{1, 1} : extent(random, 3);
    attributes.dilation = random.coin() ? Extent2{1, 1} : extent(random, 3);
    attributes.activation = activation(random);
    const std::int32_t height = (kernel.height - 1) * attributes.dilation.height + 1;
    const std::int32_t width = (kernel.width - 1) * attributes.dilation.width + 1;
    if (random.coin())
      attributes.pads = {random.integer(0, height - 1), random.integer(0, width - 1),
                         random.integer(0, height - 1), random.integer(0, width - 1)};
    image = {height + random.integer(0, 4), width + random.integer(0, 4)};
  }
};

}  // namespace

Bytes Layer::values() {
  const std::int64_t count = element_count(b.graph[x].shape);
  if (const auto value = extreme(random)) return Bytes(static_cast<std::size_t>(count), *value);
  return random.elements(ElementType::s8, count);
}

void draw_conv2d(Layer& layer) {
  const Geometry<ops::Conv2dAttributes> geometry(layer);
  const std::int32_t groups = layer.random.coin() ? 1 : layer.random.integer(2, 3);
  const std::int32_t inputs = layer.random.integer(1, 9);
  const std::int32_t outputs = groups * layer.random.integer(1, 9);
  draw_input(layer, {1, geometry.image.height, geometry.image.width, groups * inputs});
  draw_weights(layer, {outputs, geometry.kernel.height, geometry.kernel.width, inputs}, 0);
  draw_node(layer, ops::conv2d, geometry.attributes, outputs);
}

void draw_depthwise(Layer& layer) {
  const Geometry<ops::DepthwiseConv2dAttributes> geometry(layer);
  const std::int32_t inputs = layer.random.integer(1, 25);
  // Others than one filter per channel are for the portable kernels, but for one channel.
  const std::int32_t outputs = inputs == 1 ? layer.random.integer(1, 9) : inputs;
  draw_input(layer, {1, geometry.image.height, geometry.image.width, inputs});
  draw_weights(layer, {1, geometry.kernel.height, geometry.kernel.width, outputs}, 3);
  draw_node(layer, ops::depthwise_conv2d, geometry.attributes, outputs);
}

void draw_fully_connected(Layer& layer) {
  const std::int32_t rows = layer.random.integer(1, 6);
  const std::int32_t elements = layer.random.integer(1, 40);
  const std::int32_t outputs = layer.random.integer(1, 9);
  // A matrix of as many inputs as an image has elements: taken row by row, it is collected.
  draw_input(layer, {1, rows, elements, 1});
  draw_weights(layer, {outputs, rows * elements}, 0);
  draw_node(layer, ops::fully_connected,
            ops::FullyConnectedAttributes{.activation = activation(layer.random)}, outputs);
}

Graph random_layer(std::uint32_t seed) {
  Layer layer(seed);
  layer.random.of<Draw>({draw_conv2d, draw_depthwise, draw_fully_connected})(layer);
  return std::move(layer.b.graph);
}

Graph random_pruned_layer(std::uint32_t seed) {
  Graph graph = random_layer(seed);
  Random random(seed);
  for (const Node& node : graph.nodes)
    if (random.integer(0, 3) > 0) prune(random, graph[node.inputs[1]].data);
  return graph;
}

}  // namespace smelt::test
