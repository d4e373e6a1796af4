// SPDX-License-Identifier: Apache-2.0
#include "tests/device/kernels/draw.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/ops.h"
#include "compiler/ops/pool2d.h"
#include "tests/graphs/generator.h"
#include "tests/support/builder.h"
#include "tests/support/linear_draw.h"

namespace smelt::test {
namespace {

using enum ElementType;

/// A layer being drawn.
struct Draw {
  Random& random;
  const Limits& limits;
  Builder b = {};
};

void refuse_if(bool holds, const char* why) {
  if (holds) throw std::invalid_argument(why);
}

// --- windows -------------------------------------------------------------------------------------

struct Window {
  Extent2 kernel, stride, dilation;
  Pads pads;

  std::int32_t height() const { return (kernel.height - 1) * dilation.height + 1; }
  std::int32_t width() const { return (kernel.width - 1) * dilation.width + 1; }
};

/// Square ones as most models have them, one-dimensional ones, and any.
Extent2 draw_kernel(Random& random) {
  const std::int32_t size = random.of<std::int32_t>({1, 2, 3, 3, 3, 4, 5, 6, 7});
  switch (random.integer(0, 3)) {
    case 0: return {1, size};
    case 1: return {size, 1};
    case 2: return {size, random.integer(1, 7)};
    default: return {size, size};
  }
}

Extent2 draw_step(Random& random, std::int32_t ones) {
  if (random.integer(0, ones) > 0) return {1, 1};
  return {random.integer(1, 3), random.integer(1, 3)};
}

/// None, half the window on both sides, or anything less than the window.
Pads draw_pads(Random& random, const Window& window) {
  const std::int32_t height = window.height() - 1, width = window.width() - 1;
  switch (random.integer(0, 2)) {
    case 0: return {};
    case 1: return {height / 2, width / 2, height - height / 2, width - width / 2};
    default:
      return {random.integer(0, height), random.integer(0, width), random.integer(0, height),
              random.integer(0, width)};
  }
}

Window draw_window(Random& random) {
  Window window{draw_kernel(random), draw_step(random, 1), draw_step(random, 3), {}};
  if (window.kernel.height == 1) window.dilation.height = 1;
  if (window.kernel.width == 1) window.dilation.width = 1;
  window.pads = draw_pads(random, window);
  return window;
}

/// At least as large as the window less its pads, and a few pixels more.
Shape draw_image(Random& random, const Window& window, std::int32_t channels) {
  const auto extent = [&](std::int32_t span, std::int32_t padding) {
    return std::max(span - padding, 1) + random.integer(0, 6);
  };
  return {1, extent(window.height(), window.pads.top + window.pads.bottom),
          extent(window.width(), window.pads.left + window.pads.right), channels};
}

std::int32_t draw_channels(Random& random) {
  return random.of<std::int32_t>({1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 20, 31, 33});
}

/// Sums of floats are not limited from above: where large terms cancel, they are less exact than
/// 1e-5 of a small limit.
Activation draw_activation(Random& random, const LinearTypes& types) {
  if (types.input == ElementType::f32) return random.coin() ? Activation::none : Activation::relu;
  return random.of<Activation>({Activation::none, Activation::none, Activation::relu,
                                Activation::relu6, Activation::relu_n1_to_1});
}

// --- sums of products ----------------------------------------------------------------------------

/// Signs are those of the channels, so that sums reach their bound.
Bytes extreme_weights(Random& random, const Shape& shape, std::int32_t axis) {
  const auto channels = static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)]);
  const auto count = static_cast<std::size_t>(element_count(shape));
  const std::size_t run = axis == 0 ? count / channels : 1;
  std::vector<std::int8_t> signs;
  for (std::size_t c = 0; c < channels; ++c) signs.push_back(random.coin() ? 127 : -127);
  // Most files keep to -127; those that do not must be right as well.
  if (random.integer(0, 3) == 0) signs[0] = -128;
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i)
    bytes[i] = static_cast<std::uint8_t>(signs[i / run % channels]);
  return bytes;
}

/// Files have no weights of -128, but for some, which must be right as well.
void leave_out_least(Bytes& weights) {
  std::replace(weights.begin(), weights.end(), std::uint8_t{0x80}, std::uint8_t{0x81});
}

/// Of the output, in units of the product of input and weights: such that sums of so many taps fill
/// it; what tests of operators draw; or at the ends of what there is, where sums are shifted to the
/// left, or to the right by more than their bits.
void draw_scale(Random& random, std::int32_t taps, double unit, Quantization& output) {
  const int kind = random.integer(0, 2);
  if (kind == 0) return;
  const float ends = random.of<float>({0.02F, 1.0F, 3e5F, 8e6F, 3e7F, 1e9F});
  const float filled = std::sqrt(static_cast<float>(taps)) * random.real(30, 120);
  output.scales = {static_cast<float>(unit * static_cast<double>(kind == 1 ? ends : filled))};
}

struct Weights {
  Shape shape;
  std::int32_t axis;
};

double largest_unit(const Graph& graph, TensorId x, TensorId weights) {
  const std::vector<float>& scales = graph[weights].quantization.scales;
  return static_cast<double>(graph[x].quantization.scale()) *
         static_cast<double>(*std::max_element(scales.begin(), scales.end()));
}

/// Weights, bias and the node; every fourth layer of bytes has sums at their bound.
TensorId linear(Draw& draw, const OpDef& op, std::any attributes, TensorId x,
                const LinearTypes& types, const Weights& weights) {
  Random& random = draw.random;
  Builder& b = draw.b;
  const std::int32_t channels = weights.shape[static_cast<std::size_t>(weights.axis)];
  const TensorId w = draw_weights(random, b, types, weights.shape, weights.axis);
  if (types.weights == s8 && random.integer(0, 3) == 0)
    b.graph[w].data = extreme_weights(random, weights.shape, weights.axis);
  else if (types.weights == s8 && random.integer(0, 3) > 0)
    leave_out_least(b.graph[w].data);
  if (types.weights == s8 && random.coin()) prune(random, b.graph[w].data);
  const TensorId bias = draw_bias(random, b, types, channels);
  Quantization output = draw_output(random, b, types, x, w);
  if (types.input == s8 || types.input == u8)
    draw_scale(random, static_cast<std::int32_t>(element_count(weights.shape)) / channels,
               largest_unit(b.graph, x, w), output);
  return b.node(op, std::move(attributes), {x, w, bias}, output);
}

/// Mostly bytes, which have the most variants.
LinearTypes draw_types(Random& random) {
  return random.of<LinearTypes>({s8_layer, s8_layer, s8_layer, s8_layer, s8_layer, s8_layer,
                                 f32_layer, f32_layer, s16x8_layer, s8x4_layer, u8_layer});
}

TensorId draw_input(Draw& draw, const LinearTypes& types, const Shape& shape) {
  refuse_if(element_count(shape) > draw.limits.elements, "an input that is too large");
  Quantization q = draw.random.quantization(types.input, 1e-3F, 0.1F);
  // The range of activations that a relu made, as often as not.
  if (types.input == s8 && draw.random.coin()) q.zero_points = {-128};
  return draw.b.input(types.input, shape, q);
}

TensorId conv2d_of(Draw& draw, const LinearTypes& types, const Window& window,
                   std::int32_t groups) {
  Random& random = draw.random;
  const std::int32_t inputs = groups == 1 ? draw_channels(random) : random.integer(1, 5);
  const std::int32_t outputs = groups == 1 ? draw_channels(random) : random.integer(1, 4) * groups;
  const TensorId x = draw_input(draw, types, draw_image(random, window, inputs * groups));
  const ops::Conv2dAttributes attributes{.stride = window.stride,
                                         .dilation = window.dilation,
                                         .pads = window.pads,
                                         .activation = draw_activation(random, types)};
  const Shape weights{outputs, window.kernel.height, window.kernel.width, inputs};
  return linear(draw, ops::conv2d, attributes, x, types, {weights, 0});
}

void conv2d(Draw& draw) {
  const std::int32_t groups = draw.random.integer(0, 3) > 0 ? 1 : draw.random.integer(2, 4);
  draw.b.output(conv2d_of(draw, draw_types(draw.random), draw_window(draw.random), groups));
}

void pointwise(Draw& draw) {
  draw.b.output(conv2d_of(draw, draw_types(draw.random), {}, 1));
}

/// The most taps that a small device has room for.
void large_conv2d(Draw& draw) {
  const Window window{.kernel = {3, 3}, .pads = {1, 1, 1, 1}};
  const std::int32_t channels = std::min(draw.random.integer(48, 70), draw.limits.elements / 12);
  const TensorId x = draw_input(draw, s8_layer, {1, 3, 4, channels});
  const ops::Conv2dAttributes attributes{.pads = window.pads};
  const Shape weights{draw.random.integer(1, 6), 3, 3, draw.b.graph[x].shape[3]};
  draw.b.output(linear(draw, ops::conv2d, attributes, x, s8_layer, {weights, 0}));
}

void depthwise(Draw& draw) {
  Random& random = draw.random;
  const LinearTypes types = draw_types(random);
  const Window window = draw_window(random);
  const std::int32_t channels = draw_channels(random);
  const std::int32_t multiplier = random.integer(0, 2) > 0 ? 1 : random.integer(2, 5);
  const TensorId x = draw_input(draw, types, draw_image(random, window, channels));
  const ops::DepthwiseConv2dAttributes attributes{.stride = window.stride,
                                                  .dilation = window.dilation,
                                                  .pads = window.pads,
                                                  .activation = draw_activation(random, types)};
  const Shape weights{1, window.kernel.height, window.kernel.width, channels * multiplier};
  draw.b.output(linear(draw, ops::depthwise_conv2d, attributes, x, types, {weights, 3}));
}

/// As most models have it: what variants unroll.
void depthwise_3x3(Draw& draw) {
  Random& random = draw.random;
  const Window window{.kernel = {3, 3},
                      .stride = random.coin() ? Extent2{1, 1} : Extent2{2, 2},
                      .pads = {1, 1, 1, 1}};
  const std::int32_t channels = draw_channels(random);
  const TensorId x = draw_input(draw, s8_layer, draw_image(random, window, channels));
  const ops::DepthwiseConv2dAttributes attributes{.stride = window.stride,
                                                  .pads = window.pads,
                                                  .activation = draw_activation(random, s8_layer)};
  draw.b.output(
      linear(draw, ops::depthwise_conv2d, attributes, x, s8_layer, {{1, 3, 3, channels}, 3}));
}

TensorId fully_connected_of(Draw& draw, const LinearTypes& types, TensorId x, std::int32_t inputs) {
  const ops::FullyConnectedAttributes attributes{.activation = draw_activation(draw.random, types)};
  return linear(draw, ops::fully_connected, attributes, x, types,
                {{draw_channels(draw.random), inputs}, 0});
}

void fully_connected(Draw& draw) {
  const LinearTypes types = draw_types(draw.random);
  const std::int32_t inputs = draw.random.integer(1, 90);
  const TensorId x = draw_input(draw, types, {draw.random.of<std::int32_t>({1, 1, 2, 3}), inputs});
  draw.b.output(fully_connected_of(draw, types, x, inputs));
}

/// Sums of more than 24 bits, where there is room for so many inputs.
void large_fully_connected(Draw& draw) {
  const std::int32_t inputs = std::min(draw.random.integer(500, 700), draw.limits.elements);
  const TensorId x = draw_input(draw, s8_layer, {1, inputs});
  const ops::FullyConnectedAttributes attributes{};
  draw.b.output(linear(draw, ops::fully_connected, attributes, x, s8_layer,
                       {{draw.random.integer(1, 5), inputs}, 0}));
}

/// Rows of a convolution are collected by the layer behind it, where they are made one by one.
void conv2d_and_fully_connected(Draw& draw) {
  const LinearTypes types = draw.random.integer(0, 3) == 0 ? f32_layer : s8_layer;
  const Window window{.kernel = {3, 3}, .pads = {1, 1, 1, 1}};
  const TensorId y = conv2d_of(draw, types, window, 1);
  const auto inputs = static_cast<std::int32_t>(element_count(draw.b.graph[y].shape));
  refuse_if(inputs > 400, "more inputs than a small device has room for");
  draw.b.output(fully_connected_of(draw, types, y, inputs));
}

// --- other operators -----------------------------------------------------------------------------

void pool2d(Draw& draw) {
  Random& random = draw.random;
  Window window{.kernel = draw_kernel(random), .stride = draw_step(random, 1)};
  window.pads = draw_pads(random, window);
  const LinearTypes types = random.of<LinearTypes>({s8_layer, s8_layer, f32_layer, s16x8_layer});
  const TensorId x = draw_input(draw, types, draw_image(random, window, draw_channels(random)));
  const bool average = random.coin();
  const ops::Pool2dAttributes attributes{.kernel = window.kernel,
                                         .stride = window.stride,
                                         .pads = window.pads,
                                         .activation = draw_activation(random, types)};
  draw.b.output(draw.b.node(average ? ops::average_pool2d : ops::max_pool2d, attributes, {x},
                            draw.b.graph[x].quantization));
}

/// Over the whole image, as at the end of most models.
void global_average(Draw& draw) {
  Random& random = draw.random;
  const Extent2 image{random.integer(1, 9), random.integer(1, 9)};
  const TensorId x =
      draw_input(draw, s8_layer, {1, image.height, image.width, draw_channels(random)});
  const ops::Pool2dAttributes attributes{.kernel = image, .stride = image};
  draw.b.output(draw.b.node(ops::average_pool2d, attributes, {x}, draw.b.graph[x].quantization));
}

/// As random graphs have it.
Graph row_case(Random& random, std::string_view op) {
  Sketch sketch(random);
  row_of(*ops::find(op)).draw(sketch);
  return sketch.finish("row");
}

using Family = void (*)(Draw&);
constexpr Family families[] = {conv2d,
                               depthwise,
                               pointwise,
                               fully_connected,
                               conv2d,
                               depthwise_3x3,
                               large_conv2d,
                               large_fully_connected,
                               conv2d_and_fully_connected,
                               pool2d,
                               global_average,
                               depthwise};
constexpr std::string_view others[] = {"add",        "mul",  "mean",    "softmax", "logistic",
                                       "tanh",       "sub",  "maximum", "concat",  "hard_swish",
                                       "leaky_relu", "relu", "prelu",   "quantize"};

}  // namespace

int kinds() {
  return static_cast<int>(std::size(families) + std::size(others));
}

Graph draw_case(Random& random, int number, const Limits& limits) {
  const auto kind = static_cast<std::size_t>(number % kinds());
  if (kind >= std::size(families)) return row_case(random, others[kind - std::size(families)]);
  Draw draw{random, limits};
  families[kind](draw);
  const std::string invalid = problems(draw.b.graph);
  refuse_if(!invalid.empty(), invalid.c_str());
  return std::move(draw.b.graph);
}

}  // namespace smelt::test
