// SPDX-License-Identifier: Apache-2.0
#include "tests/graphs/networks.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "compiler/ops/add.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/resize.h"
#include "tests/graphs/quantized.h"
#include "tests/support/builder.h"

namespace smelt::test {
namespace {

constexpr auto f32 = ElementType::f32;

class Network {
 public:
  Network(std::uint32_t seed, bool pads_rows) : random_(seed), pads_rows_(pads_rows) {
    std::int32_t height = random_.integer(3, 18), width = random_.integer(1, 7);
    // A signal, as one row.
    if (pads_rows && random_.integer(0, 4) == 0) width = std::exchange(height, 1);
    x_ = builder_.input(f32, {1, height, width, random_.integer(1, 6)});
  }

  Graph draw() {
    const std::int32_t layers = random_.integer(2, 9);
    for (std::int32_t i = 0; i < layers; ++i) {
      layer();
      if (random_.integer(0, 9) == 0) builder_.output(x_);
    }
    end();
    if (std::find(builder_.graph.outputs.begin(), builder_.graph.outputs.end(), x_) ==
        builder_.graph.outputs.end())
      builder_.output(x_);
    return name(std::move(builder_.graph));
  }

 private:
  const Shape& shape() const { return builder_.graph[x_].shape; }

  TensorId weights(const Shape& shape) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& value : values) value = random_.real(-0.5F, 0.5F);
    return builder_.constant(f32, shape, values);
  }

  Activation activation() {
    return random_.of<Activation>({Activation::none, Activation::relu, Activation::relu6});
  }

  /// A window that fits, with pads on either side smaller than itself.
  Window window() {
    Window window;
    const auto axis = [&](std::int32_t extent, std::int32_t& kernel, std::int32_t& stride,
                          std::int32_t& dilation, std::int32_t& before, std::int32_t& after) {
      kernel = random_.integer(1, 4);
      stride = random_.integer(0, 3) == 0 ? random_.integer(2, 3) : 1;
      dilation = random_.integer(0, 5) == 0 ? 2 : 1;
      const std::int32_t span = (kernel - 1) * dilation + 1;
      before = random_.integer(0, kernel - 1);
      after = random_.integer(0, kernel - 1);
      const std::int32_t lacking = span - extent - before - after;
      if (lacking <= 0) return;
      kernel = stride = dilation = 1;
      before = after = 0;
    };
    axis(shape()[1], window.kernel.height, window.stride.height, window.dilation.height,
         window.pads.top, window.pads.bottom);
    if (!pads_rows_) window.pads.top = window.pads.bottom = 0;
    const std::int32_t height = (window.kernel.height - 1) * window.dilation.height + 1;
    if (!pads_rows_ && height > shape()[1]) window.kernel.height = window.dilation.height = 1;
    axis(shape()[2], window.kernel.width, window.stride.width, window.dilation.width,
         window.pads.left, window.pads.right);
    return window;
  }

  void layer() {
    switch (random_.integer(0, 9)) {
      case 0:
      case 1: return convolution();
      case 2: return depthwise();
      case 3: return pointwise();
      case 4: return pool();
      case 5: return residual();
      case 6: return scale();
      case 7: return resize();
      case 8: return join();
      default: return function();
    }
  }

  void convolution() { convolve(window(), random_.integer(1, 8)); }

  void pointwise() {
    Window window;
    window.kernel = window.stride = window.dilation = {1, 1};
    convolve(window, random_.integer(1, 8));
  }

  void convolve(const Window& w, std::int32_t channels) {
    const TensorId kernel = weights({channels, w.kernel.height, w.kernel.width, shape()[3]});
    const TensorId bias = weights({channels});
    x_ = builder_.node(
        ops::conv2d,
        ops::Conv2dAttributes{
            .stride = w.stride, .dilation = w.dilation, .pads = w.pads, .activation = activation()},
        {x_, kernel, bias});
  }

  void depthwise() {
    const Window w = window();
    const std::int32_t channels = shape()[3] * random_.integer(1, shape()[3] < 5 ? 2 : 1);
    const TensorId kernel = weights({1, w.kernel.height, w.kernel.width, channels});
    const TensorId bias = weights({channels});
    x_ = builder_.node(
        ops::depthwise_conv2d,
        ops::DepthwiseConv2dAttributes{
            .stride = w.stride, .dilation = w.dilation, .pads = w.pads, .activation = activation()},
        {x_, kernel, bias});
  }

  void pool() {
    Window w = window();
    w.dilation = {1, 1};
    if (w.kernel.height > shape()[1] || w.kernel.width > shape()[2]) return;
    w.pads.top = std::min(w.pads.top, w.kernel.height / 2);
    w.pads.bottom = std::min(w.pads.bottom, w.kernel.height / 2);
    w.pads.left = std::min(w.pads.left, w.kernel.width / 2);
    w.pads.right = std::min(w.pads.right, w.kernel.width / 2);
    const OpDef& op = random_.coin() ? ops::max_pool2d : ops::average_pool2d;
    x_ = builder_.node(
        op,
        ops::Pool2dAttributes{
            .kernel = w.kernel, .stride = w.stride, .pads = w.pads, .dilation = {1, 1}},
        {x_});
  }

  /// One or two layers that keep the shape, and what they began with added to them.
  void residual() {
    const TensorId before = x_;
    const std::int32_t channels = shape()[3];
    for (std::int32_t i = random_.integer(1, 2); i > 0; --i) {
      const std::int32_t half = random_.integer(0, 1);
      const std::int32_t rows = pads_rows_ ? half : 0;
      Window w;
      w.kernel = {2 * rows + 1, 2 * half + 1};
      w.stride = w.dilation = {1, 1};
      w.pads = {.top = rows, .left = half, .bottom = rows, .right = half};
      convolve(w, channels);
    }
    x_ = builder_.node(ops::add, ops::AddAttributes{.activation = activation()},
                       random_.coin() ? std::vector{x_, before} : std::vector{before, x_});
  }

  void scale() {
    const TensorId factor =
        weights(random_.coin() ? Shape{shape()[3]} : Shape{1, 1, shape()[2], shape()[3]});
    if (random_.coin())
      x_ = builder_.node(ops::mul, ops::MulAttributes{}, {x_, factor});
    else
      x_ = builder_.node(ops::add, ops::AddAttributes{}, {x_, factor});
  }

  void resize() {
    if (!pads_rows_) return;
    const Shape& image = shape();
    if (element_count(image) > 600) return;
    ops::ResizeAttributes attributes{.height = random_.integer(1, 2 * image[1]),
                                     .width = random_.integer(1, 2 * image[2]),
                                     .align_corners = random_.integer(0, 3) == 0};
    attributes.half_pixel_centers = !attributes.align_corners && random_.coin();
    x_ = builder_.node(random_.coin() ? ops::resize_bilinear : ops::resize_nearest, attributes,
                       {x_});
  }

  /// Channels of two branches.
  void join() {
    const TensorId before = x_;
    pointwise();
    const TensorId one = x_;
    x_ = before;
    if (random_.coin()) pointwise();
    x_ = builder_.node(ops::concat, ops::ConcatAttributes{.axis = 3}, {one, x_});
  }

  void function() { x_ = builder_.node(random_.coin() ? ops::relu : ops::logistic, {}, {x_}); }

  void end() {
    const Shape image = shape();
    switch (random_.integer(0, 4)) {
      case 0:
        x_ = builder_.node(
            ops::mean, ops::ReduceAttributes{.axes = {1, 2}, .keep_dims = random_.coin()}, {x_});
        return;
      case 1:
        x_ = builder_.node(
            random_.coin() ? ops::average_pool2d : ops::max_pool2d,
            ops::Pool2dAttributes{
                .kernel = {image[1], image[2]}, .stride = {1, 1}, .pads = {}, .dilation = {1, 1}},
            {x_});
        return;
      case 2: {
        const auto inputs = static_cast<std::int32_t>(element_count(image));
        const std::int32_t outputs = random_.integer(1, 6);
        const TensorId matrix = weights({outputs, inputs}), bias = weights({outputs});
        x_ = builder_.node(ops::fully_connected,
                           ops::FullyConnectedAttributes{.activation = activation()},
                           {x_, matrix, bias});
        return;
      }
      default: return;
    }
  }

  static Graph name(Graph graph) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
      graph.nodes[i].name = std::string(graph.nodes[i].op->name) + "_" + std::to_string(i);
    return graph;
  }

  Random random_;
  bool pads_rows_;
  Builder builder_;
  TensorId x_{};
};

Graph quantized_or_not(Graph graph, std::uint32_t seed) {
  graph.name = "n" + std::to_string(seed);
  graph.file = graph.name + ".tflite";
  if (seed % 2 == 0) return graph;
  Random random(seed);
  Diagnostics diagnostics;
  const std::vector<Sample> samples = random_samples(graph, 4, random);
  auto result = quantize(graph, samples, random_options(graph, random), diagnostics);
  if (!result) throw std::invalid_argument(to_string(diagnostics.all().front()));
  return std::move(result->graph);
}

}  // namespace

Graph random_network(std::uint32_t seed) {
  return quantized_or_not(Network(seed, true).draw(), seed);
}

Graph random_time_network(std::uint32_t seed) {
  return quantized_or_not(Network(seed, false).draw(), seed);
}

}  // namespace smelt::test
