// SPDX-License-Identifier: Apache-2.0
//
// How sums of products, pooling and resizing are drawn.
#include <algorithm>
#include <cmath>

#include "compiler/ops/batch_matmul.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/conv_integer.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/transpose_conv.h"
#include "tests/graphs/rows.h"

namespace smelt::test {
namespace {

using enum ElementType;

// --- sums of products --------------------------------------------------------------------------

/// Weights and bias; `axis` is the output channels' dimension of the weights.
struct Linear {
  Shape weights;
  std::int32_t axis = 0;

  std::int32_t channels() const { return weights[static_cast<std::size_t>(axis)]; }
  std::int64_t taps() const { return element_count(weights) / channels(); }
};

/// Some channels are dead: nothing but their bias comes out of them.
Bytes weight_bytes(Sketch& s, ElementType type, const Linear& linear, std::int32_t zero_point) {
  Bytes bytes = s.random.elements(type, element_count(linear.weights));
  if (s.random.coin()) return bytes;
  const bool all = s.random.integer(0, 9) == 0;
  const auto width = static_cast<std::size_t>(byte_size(type));
  const auto channels = static_cast<std::size_t>(linear.channels());
  const std::size_t run = linear.axis == 0 ? static_cast<std::size_t>(linear.taps()) : 1;
  std::vector<bool> dead(channels);
  for (std::size_t c = 0; c < channels; ++c) dead[c] = all || s.random.coin();
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (dead[i / width / run % channels])
      bytes[i] = type == u8 ? static_cast<std::uint8_t>(zero_point) : 0;
  return bytes;
}

/// s8 and s4 have a scale per channel as often as not, and no zero point.
Quantization weight_quantization(Sketch& s, ElementType type, const Linear& linear) {
  Quantization q = s.random.quantization(type == s4 ? s8 : type, 1e-3F, 0.1F);
  if (type != s8 && type != s4) return q;
  const std::int32_t channels = s.random.coin() ? linear.channels() : 1;
  q.zero_points.assign(static_cast<std::size_t>(channels), 0);
  for (std::int32_t c = 1; c < channels; ++c) q.scales.push_back(s.random.real(1e-3F, 0.1F));
  q.axis = channels > 1 ? linear.axis : 0;
  return q;
}

/// Of the output, in units of the product of input and weights: mostly such that sums of full-range
/// numbers fill it, sometimes anything from far too fine to far too coarse.
float sum_unit(Sketch& s, ElementType type, const Linear& linear) {
  if (type == s16) return s.random.quantization(s8, 30, 3000).scale();
  if (s.random.integer(0, 4) == 0) return s.random.quantization(s8, 0.3F, 3000).scale();
  return std::sqrt(static_cast<float>(linear.taps())) * s.random.quantization(s8, 20, 120).scale();
}

/// Appends a node on `x` with these weights.
void linear_node(Sketch& s, const OpDef& op, std::any attributes, TensorId x,
                 const Linear& linear) {
  const ElementType type = s[x].type;
  // Half of the layers that can have them have weights of 4 bits.
  const bool can_be_s4 = (type == s8 || type == s16) && &op != &ops::transpose_conv;
  const ElementType weight_type = can_be_s4 && s.random.coin() ? s4 : type == s16 ? s8 : type;
  const Quantization q = weight_quantization(s, weight_type, linear);
  const TensorId weights =
      s.constant(weight_type, linear.weights,
                 weight_bytes(s, weight_type, linear, q.present() ? q.zero_point() : 0), q);
  Quantization output = s.random.quantization(type, 1, 1);
  if (output.present())
    output.scales = {sum_unit(s, type, linear) * static_cast<float>(scale_of(s[x])) *
                     q.scales.back()};
  const bool narrow_bias =
      weight_type == s8 && (&op == &ops::conv2d || &op == &ops::fully_connected) && s.random.coin();
  const TensorId bias = bias_of(s, type == s16 && !narrow_bias ? s64 : type, linear.channels());
  s.node(op, std::move(attributes), {x, weights, bias}, output);
}

/// A kernel that fits the padded image, and all that goes with it.
struct WindowDraw {
  Extent2 kernel, stride, dilation;
  Pads pads;
};

/// One dimension of it: pads up to the window less `inside`.
void draw_dimension(Random& random, std::int32_t image, std::int32_t inside, std::int32_t& kernel,
                    std::int32_t& stride, std::int32_t& dilation, std::int32_t& before,
                    std::int32_t& after, bool padded) {
  kernel = random.of<std::int32_t>({1, 2, 3, 3, 4, 5, 7});
  stride = random.coin() ? 1 : random.integer(1, 3);
  dilation = kernel > 1 && dilation > 1 ? random.integer(1, 3) : 1;
  const auto span = [&] { return (kernel - 1) * dilation + 1; };
  before = padded ? random.integer(0, span() - inside) : 0;
  after = padded ? random.integer(0, span() - inside) : 0;
  while (image + before + after < span()) dilation > 1 ? --dilation : --kernel;
  before = std::min(before, span() - inside);
  after = std::min(after, span() - inside);
}

/// What a pad has padded is seldom padded again.
bool is_padded(const Sketch& s, TensorId x) {
  const std::vector<Node>& nodes = s.graph().nodes;
  return std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) {
    return node.op == &ops::pad && node.outputs[0] == x;
  });
}

/// `dilated`: whether it may be. `inside`: how much of every window is not padding.
WindowDraw window(Sketch& s, TensorId x, bool dilated, std::int32_t inside) {
  Random& random = s.random;
  const Shape& image = s[x].shape;
  WindowDraw w;
  w.dilation.height = w.dilation.width = dilated && random.coin() ? 2 : 1;
  const bool padded = random.integer(0, is_padded(s, x) ? 7 : 1) == 0;
  draw_dimension(random, image[1], inside, w.kernel.height, w.stride.height, w.dilation.height,
                 w.pads.top, w.pads.bottom, padded && random.integer(0, 3) != 0);
  draw_dimension(random, image[2], inside, w.kernel.width, w.stride.width, w.dilation.width,
                 w.pads.left, w.pads.right, padded && random.integer(0, 3) != 0);
  return w;
}

void conv2d(Sketch& s) {
  const TensorId x = s.pick(numbers, 4, 4);
  const std::int32_t channels = s[x].shape[3];
  const bool pointwise = s.random.integer(0, is_padded(s, x) ? 7 : 2) == 0;
  const WindowDraw w = pointwise ? WindowDraw{} : window(s, x, true, 0);
  std::int32_t groups = s.random.coin() ? 1 : s.random.integer(2, 4);
  if (channels % groups != 0) groups = 1;
  const std::int32_t outputs = groups * s.random.of<std::int32_t>({1, 2, 3, 4, 5, 6, 8, 17});
  linear_node(s, ops::conv2d, ops::Conv2dAttributes{w.stride, w.dilation, w.pads, s.activation()},
              x, {{outputs, w.kernel.height, w.kernel.width, channels / groups}, 0});
}

void conv_integer(Sketch& s) {
  const TensorId x = s.pick({s8, u8}, 4, 4);
  const std::int32_t channels = s[x].shape[3];
  const WindowDraw w = window(s, x, true, 0);
  const std::int32_t groups = channels % 2 == 0 && s.random.coin() ? 2 : 1;
  const Shape shape{groups * s.random.integer(1, 4), w.kernel.height, w.kernel.width,
                    channels / groups};
  const auto type = s.random.of<ElementType>({s8, s16});
  const IntegerRange range = range_of(s[x].type);
  std::vector<TensorId> operands{
      x, s.constant(type, shape, s.random.elements(type, element_count(shape)))};
  if (s.random.coin())
    operands.push_back(s.constant(s32, {shape[0]}, s.random.elements(s16, 2 * shape[0])));
  s.node(ops::conv_integer,
         ops::ConvIntegerAttributes{w.stride, w.dilation, w.pads,
                                    s.random.integer(range.min, range.max)},
         operands, {}, s32);
}

void depthwise_conv2d(Sketch& s) {
  const TensorId x = s.pick(numbers, 4, 4);
  const WindowDraw w = window(s, x, true, 0);
  const std::int32_t multiplier = s.random.coin() ? 1 : s.random.integer(2, 4);
  linear_node(s, ops::depthwise_conv2d,
              ops::DepthwiseConv2dAttributes{w.stride, w.dilation, w.pads, s.activation()}, x,
              {{1, w.kernel.height, w.kernel.width, s[x].shape[3] * multiplier}, 3});
}

void transpose_conv(Sketch& s) {
  const TensorId x = s.pick(numbers, 4, 4);
  const Shape& image = s[x].shape;
  const Extent2 kernel = extent(s.random, 4), stride = extent(s.random, 3);
  Pads pads;
  // Whole pixels of the output that no window reaches are left to the bias.
  const auto output = [&](std::int32_t pixels, std::int32_t size, std::int32_t step,
                          std::int32_t& before, std::int32_t& after) {
    if (s.random.coin()) {
      before = s.random.integer(0, size - 1);
      after = s.random.integer(0, size - 1);
    }
    return (pixels - 1) * step + size + s.random.integer(0, step - 1) - before - after;
  };
  const std::int32_t height = output(image[1], kernel.height, stride.height, pads.top, pads.bottom);
  const std::int32_t width = output(image[2], kernel.width, stride.width, pads.left, pads.right);
  const std::int32_t groups = image[3] % 2 == 0 && s.random.integer(0, 2) == 0 ? 2 : 1;
  const std::int32_t outputs = groups * s.random.integer(1, 5);
  linear_node(s, ops::transpose_conv,
              ops::TransposeConvAttributes{
                  stride, pads, {image[0], height, width, outputs}, s.activation()},
              x, {{outputs, kernel.height, kernel.width, image[3] / groups}, 0});
}

void fully_connected(Sketch& s) {
  const TensorId x = s.pick(numbers, 1, max_rank);
  const bool keep = s.random.coin();
  const std::int64_t all = element_count(s[x].shape);
  const auto inputs = static_cast<std::int32_t>(keep || s.random.coin() ? s[x].shape.back() : all);
  linear_node(s, ops::fully_connected, ops::FullyConnectedAttributes{s.activation(), keep}, x,
              {{s.random.integer(1, 9), inputs}, 0});
}

/// Both operands are what another made, or an input.
void batch_matmul(Sketch& s) {
  const TensorId a = s.pick({f32}, 2, 4);
  Shape shape = s[a].shape;
  const ops::BatchMatmulAttributes attributes{s.random.coin(), s.random.coin()};
  const std::int32_t inner = attributes.transpose_a ? shape[shape.size() - 2] : shape.back();
  const std::int32_t columns = s.random.integer(1, 9);
  shape.resize(shape.size() - 2);
  for (std::int32_t& extent : shape)
    if (s.random.integer(0, 3) == 0) extent = extent == 1 ? 2 : 1;
  if (attributes.transpose_b)
    shape.insert(shape.end(), {columns, inner});
  else
    shape.insert(shape.end(), {inner, columns});
  s.node(ops::batch_matmul, attributes, {a, s.operand(f32, shape)});
}

// --- pooling and images ------------------------------------------------------------------------

template <const OpDef& op>
void pool(Sketch& s) {
  const bool norm = &op == &ops::l1_pool2d || &op == &ops::l2_pool2d;
  const TensorId x = s.pick(norm ? std::vector{f32} : numbers, 4, 4);
  const WindowDraw w = window(s, x, s.random.integer(0, 3) == 0, 1);
  s.node(op, ops::Pool2dAttributes{w.kernel, w.stride, w.pads, s.activation(), w.dilation}, {x},
         s[x].quantization);
}

template <const OpDef& op>
void resize(Sketch& s) {
  const TensorId x = s.pick(numbers, 4, 4);
  const bool align = s.random.coin();
  const bool half = (!align || &op == &ops::resize_nearest) && s.random.coin();
  s.node(op, ops::ResizeAttributes{s.random.integer(1, 12), s.random.integer(1, 12), align, half},
         {x}, s[x].quantization);
}

}  // namespace

std::vector<GeneratorRow> product_rows() {
  return {
      {ops::average_pool2d, pool<ops::average_pool2d>},
      {ops::batch_matmul, batch_matmul},
      {ops::conv2d, conv2d},
      {ops::conv_integer, conv_integer},
      {ops::depthwise_conv2d, depthwise_conv2d},
      {ops::fully_connected, fully_connected},
      {ops::l1_pool2d, pool<ops::l1_pool2d>},
      {ops::l2_pool2d, pool<ops::l2_pool2d>},
      {ops::max_pool2d, pool<ops::max_pool2d>},
      {ops::resize_bilinear, resize<ops::resize_bilinear>},
      {ops::resize_nearest, resize<ops::resize_nearest>},
      {ops::transpose_conv, transpose_conv},
  };
}

}  // namespace smelt::test
