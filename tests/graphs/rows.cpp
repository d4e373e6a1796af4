// SPDX-License-Identifier: Apache-2.0
//
// How each operator is drawn.
#include <algorithm>
#include <cmath>

#include "compiler/ops/add.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/lstm.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/sum.h"
#include "compiler/ops/tanh.h"
#include "compiler/ops/transpose.h"
#include "compiler/ops/transpose_conv.h"
#include "tests/graphs/generator.h"

namespace smelt::test {
namespace {

using enum ElementType;

/// Operators that take tensors of any rank are given those of up to so many dimensions.
constexpr std::int32_t max_rank = 5;

const std::vector<ElementType> numbers = {s8, s8, s8, u8, f32, f32};
const std::vector<ElementType> all_types = {s8, s8, u8, f32, s16, s32, s64, boolean};

Extent2 extent(Random& random, std::int32_t max) {
  return {random.integer(1, max), random.integer(1, max)};
}

/// Of tensors without a scale, such as casts give, 1.
double scale_of(const Tensor& tensor) {
  return tensor.quantization.present() ? static_cast<double>(tensor.quantization.scale()) : 1;
}

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

/// s8 has a scale per channel as often as not, and no zero point.
Quantization weight_quantization(Sketch& s, ElementType type, const Linear& linear) {
  Quantization q = s.random.quantization(type, 1e-3F, 0.1F);
  if (type != s8) return q;
  const std::int32_t channels = s.random.coin() ? linear.channels() : 1;
  q.zero_points.assign(static_cast<std::size_t>(channels), 0);
  for (std::int32_t c = 1; c < channels; ++c) q.scales.push_back(s.random.real(1e-3F, 0.1F));
  q.axis = channels > 1 ? linear.axis : 0;
  return q;
}

TensorId bias_of(Sketch& s, ElementType type, std::int32_t channels) {
  if (s.random.integer(0, 3) == 0) return no_tensor;
  if (type == f32) return s.constant(f32, {channels}, s.random.elements(f32, channels));
  const auto largest = s.random.of<std::int32_t>({0, 1000, 200'000});
  std::vector<std::int32_t> values;
  for (std::int32_t c = 0; c < channels; ++c) values.push_back(s.random.integer(-largest, largest));
  return s.constant(s32, {channels}, to_bytes(values));
}

/// Of the output, in units of the product of input and weights: mostly such that sums of full-range
/// numbers fill it, sometimes anything from far too fine to far too coarse.
float sum_unit(Sketch& s, const Linear& linear) {
  if (s.random.integer(0, 4) == 0) return s.random.quantization(s8, 0.3F, 3000).scale();
  return std::sqrt(static_cast<float>(linear.taps())) * s.random.quantization(s8, 20, 120).scale();
}

/// Appends a node on `x` with these weights.
void linear_node(Sketch& s, const OpDef& op, std::any attributes, TensorId x,
                 const Linear& linear) {
  const ElementType type = s[x].type;
  const Quantization q = weight_quantization(s, type, linear);
  const TensorId weights = s.constant(
      type, linear.weights, weight_bytes(s, type, linear, q.present() ? q.zero_point() : 0), q);
  Quantization output = s.random.quantization(type, 1, 1);
  if (output.present())
    output.scales = {sum_unit(s, linear) * static_cast<float>(scale_of(s[x])) * q.scales.back()};
  s.node(op, std::move(attributes), {x, weights, bias_of(s, type, linear.channels())}, output);
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
  const std::int32_t outputs = s.random.integer(1, 5);
  linear_node(s, ops::transpose_conv,
              ops::TransposeConvAttributes{
                  stride, pads, {image[0], height, width, outputs}, s.activation()},
              x, {{outputs, kernel.height, kernel.width, image[3]}, 0});
}

void fully_connected(Sketch& s) {
  const TensorId x = s.pick(numbers, 1, max_rank);
  const bool keep = s.random.coin();
  const std::int64_t all = element_count(s[x].shape);
  const auto inputs = static_cast<std::int32_t>(keep || s.random.coin() ? s[x].shape.back() : all);
  linear_node(s, ops::fully_connected, ops::FullyConnectedAttributes{s.activation(), keep}, x,
              {{s.random.integer(1, 9), inputs}, 0});
}

// --- pooling and images ------------------------------------------------------------------------

template <const OpDef& op>
void pool(Sketch& s) {
  const TensorId x = s.pick(numbers, 4, 4);
  const WindowDraw w = window(s, x, false, 1);
  s.node(op, ops::Pool2dAttributes{w.kernel, w.stride, w.pads, s.activation()}, {x},
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

// --- two operands ------------------------------------------------------------------------------

/// `shape` with some extents 1 and perhaps without its outermost dimensions.
Shape repeated(Random& random, Shape shape) {
  if (random.coin()) return shape;
  const std::int32_t seldom = random.integer(0, 3);
  for (std::int32_t& extent : shape)
    if (random.integer(0, seldom) == 0) extent = 1;
  if (random.coin())
    shape.erase(shape.begin(),
                shape.begin() + random.integer(0, static_cast<std::int32_t>(shape.size())));
  return shape;
}

struct Pair {
  TensorId a, b;
};
/// Either may be the larger one; now and then they are the same.
Pair pair(Sketch& s, const std::vector<ElementType>& types, bool same_quantization) {
  const TensorId x = s.pick(types, 0, max_rank);
  if (s.random.integer(0, 9) == 0) return {x, x};
  const Tensor tensor = s[x];
  const TensorId y =
      s.operand(tensor.type, repeated(s.random, tensor.shape),
                same_quantization ? std::optional(tensor.quantization) : std::nullopt);
  return s.random.coin() ? Pair{x, y} : Pair{y, x};
}

const std::vector<ElementType> arithmetic = {s8, s8, s8, u8, f32, f32, s32};

/// A scale not much finer than the largest of the operands', sometimes much coarser.
Quantization coarser(Sketch& s, ElementType type, double scale) {
  Quantization q = s.random.quantization(type, 0.3F, s.random.integer(0, 4) == 0 ? 30.0F : 2.0F);
  if (q.present()) q.scales[0] *= static_cast<float>(scale);
  return q;
}

template <const OpDef& op, typename Attributes>
void sum_of_two(Sketch& s) {
  const auto [a, b] = pair(s, arithmetic, false);
  const double scale = std::max(scale_of(s[a]), scale_of(s[b]));
  s.node(op, Attributes{s.activation()}, {a, b}, coarser(s, s[a].type, scale));
}

void mul(Sketch& s) {
  const auto [a, b] = pair(s, arithmetic, false);
  const double scale = scale_of(s[a]) * scale_of(s[b]);
  s.node(ops::mul, ops::MulAttributes{s.activation()}, {a, b}, coarser(s, s[a].type, 30 * scale));
}

template <const OpDef& op>
void extreme_of_two(Sketch& s) {
  const auto [a, b] = pair(s, arithmetic, true);
  s.node(op, {}, {a, b}, s[a].quantization);
}

void prelu(Sketch& s) {
  const TensorId x = s.pick(numbers, 1, max_rank);
  const Shape& shape = s[x].shape;
  const Shape slopes = s.random.of<Shape>({{shape.back()}, {1}, shape, repeated(s.random, shape)});
  const TensorId slope = s.operand(s[x].type, slopes);
  const double scale = scale_of(s[x]) * std::max(1.0, 30 * scale_of(s[slope]));
  s.node(ops::prelu, {}, {x, slope}, coarser(s, s[x].type, scale));
}

// --- one operand -------------------------------------------------------------------------------

template <const OpDef& op, int one_in, int s8_zero, int u8_zero>
void curve(Sketch& s) {
  const TensorId x = s.pick(numbers, 0, max_rank);
  const ElementType type = s[x].type;
  s.node(op, {}, {x},
         type == f32 ? Quantization{} : per_tensor(1.0F / one_in, type == s8 ? s8_zero : u8_zero));
}

/// Bounds of a finer scale would leave the oracle's integers.
constexpr auto not_tiny = [](const Tensor& tensor) { return scale_of(tensor) > 1e-8; };

template <const OpDef& op>
void clamp(Sketch& s) {
  const TensorId x = s.pick(numbers, 0, max_rank, not_tiny);
  s.node(op, {}, {x}, s[x].quantization);
}

void relu(Sketch& s) {
  const TensorId x = s.pick(numbers, 0, max_rank);
  const bool same = s.random.integer(0, 2) == 0;
  s.node(ops::relu, {}, {x}, same ? s[x].quantization : coarser(s, s[x].type, scale_of(s[x])));
}

void leaky_relu(Sketch& s) {
  const TensorId x = s.pick(numbers, 0, max_rank);
  const auto alpha = s.random.of<float>({0.2F, 0.01F, 0, 1, 3, -0.5F});
  s.node(ops::leaky_relu, ops::LeakyReluAttributes{alpha}, {x},
         coarser(s, s[x].type, scale_of(s[x])));
}

void hard_swish(Sketch& s) {
  const TensorId x = s.pick(numbers, 0, max_rank);
  s.node(ops::hard_swish, {}, {x}, coarser(s, s[x].type, 0.1 * scale_of(s[x])));
}

void softmax(Sketch& s) {
  const TensorId x = s.pick(numbers, 1, max_rank);
  ElementType type = s[x].type;
  if (type == s8 && s.random.integer(0, 3) == 0) type = s16;
  Quantization q;
  if (type != f32) q = per_tensor(type == s16 ? 1.0F / 65536 : 1.0F / 256, range_of(type).min);
  s.node(ops::softmax, ops::SoftmaxAttributes{s.random.of<float>({1, 1, 0.5F, 2.7F})}, {x}, q,
         type);
}

// --- reductions --------------------------------------------------------------------------------

template <const OpDef& op>
void reduce(Sketch& s) {
  const TensorId x = s.pick(&op == &ops::sum ? arithmetic : numbers, 1, max_rank);
  ops::ReduceAttributes attributes{{}, s.random.coin()};
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(s[x].shape.size()); ++i)
    if (s.random.coin()) attributes.axes.push_back(i);
  s.node(op, attributes, {x}, coarser(s, s[x].type, scale_of(s[x])));
}

template <const OpDef& op>
void arg(Sketch& s) {
  const TensorId x = s.pick(arithmetic, 1, max_rank);
  const auto rank = static_cast<std::int32_t>(s[x].shape.size());
  s.node(op, ops::ArgAttributes{s.random.integer(0, rank - 1)}, {x}, {},
         s.random.coin() ? s32 : s64);
}

// --- representation ----------------------------------------------------------------------------

/// s16, too, has zero points here.
Quantization any_quantization(Sketch& s, ElementType type, double scale) {
  Quantization q = coarser(s, s8, scale);
  q.zero_points = {s.random.integer(range_of(type).min, range_of(type).max)};
  return q;
}

void quantize(Sketch& s) {
  const TensorId x = s.pick({f32, s8, u8, s16}, 0, max_rank, [](const Tensor& tensor) {
    return tensor.type == f32 || tensor.quantization.present();
  });
  const auto type = s.random.of<ElementType>({s8, s8, u8, s16});
  s.node(ops::quantize, {}, {x},
         any_quantization(s, type, s[x].type == f32 ? 0.05 : scale_of(s[x])), type);
}

/// Constants, too: that is how weights of float models are kept small.
void dequantize(Sketch& s) {
  const Shape fresh = s.shape(s.random.integer(0, 4));
  const TensorId x =
      s.random.integer(0, 3) == 0
          ? s.constant(s8, fresh, s.random.elements(s8, element_count(fresh)), s.quantization(s8))
          : s.pick({s8, u8, s16}, 0, max_rank,
                   [](const Tensor& tensor) { return tensor.quantization.present(); });
  s.node(ops::dequantize, {}, {x}, {}, f32);
}

/// Floats are not cast: what does not fit the type is undefined to the oracle.
void cast(Sketch& s) {
  const TensorId x = s.pick({s8, u8, s16, s32, s64, boolean}, 0, max_rank);
  s.node(ops::cast, {}, {x}, {}, s.random.of(all_types));
}

// --- movement ----------------------------------------------------------------------------------

/// Another shape of as many elements.
Shape reshaped(Random& random, std::int64_t count) {
  Shape shape;
  while (count > 1 && shape.size() < 3) {
    std::int32_t factor =
        random.integer(1, static_cast<std::int32_t>(std::min<std::int64_t>(count, 6)));
    while (count % factor != 0) --factor;
    shape.push_back(factor);
    count /= factor;
  }
  shape.push_back(static_cast<std::int32_t>(count));
  if (shape.size() < 4 && random.coin()) shape.insert(shape.begin(), 1);
  return shape;
}

void reshape(Sketch& s) {
  const TensorId x = s.pick(all_types, 0, max_rank);
  s.node(ops::reshape, ops::ReshapeAttributes{reshaped(s.random, element_count(s[x].shape))}, {x},
         s[x].quantization);
}

void transpose(Sketch& s) {
  const TensorId x = s.pick(all_types, 1, max_rank);
  ops::TransposeAttributes attributes;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(s[x].shape.size()); ++i)
    attributes.permutation.insert(attributes.permutation.begin() + s.random.integer(0, i), i);
  s.node(ops::transpose, attributes, {x}, s[x].quantization);
}

void slice(Sketch& s) {
  const TensorId x = s.pick(all_types, 0, max_rank);
  ops::SliceAttributes attributes;
  const bool forwards = s.random.integer(0, 2) != 0;
  for (const std::int32_t extent : s[x].shape) {
    const auto stride = s.random.of<std::int32_t>(forwards ? std::vector{1, 1, 2, 3}
                                                           : std::vector{1, 2, -1, -2, 0});
    // As often as not all that the stride reaches.
    const bool whole = s.random.coin();
    const std::int32_t begin =
        whole ? (stride < 0 ? extent - 1 : 0) : s.random.integer(0, extent - 1);
    const std::int32_t room =
        stride < 0 ? begin / -stride : (extent - 1 - begin) / std::max(stride, 1);
    attributes.begin.push_back(begin);
    attributes.stride.push_back(stride);
    attributes.size.push_back(1 + (whole ? room : s.random.integer(0, room)));
  }
  s.node(ops::slice, attributes, {x}, s[x].quantization);
}

void pad(Sketch& s) {
  const TensorId x = s.pick(s.random.coin() ? numbers : all_types, 1, max_rank);
  const IntegerRange range = range_of(s[x].type);
  ops::PadAttributes attributes{.value = s.random.integer(range.min, range.max)};
  if (s[x].type == ElementType::f32) attributes.float_value = s.random.real(-1, 1);
  if (s[x].quantization.present() && s.random.coin())
    attributes.value = s[x].quantization.zero_point();
  // As often as not what precedes a convolution.
  const bool image = s[x].shape.size() == 4 && s.random.integer(0, 3) != 0;
  for (std::size_t i = 0; i < s[x].shape.size(); ++i) {
    const bool none = image && (i == 0 || i == 3);
    attributes.before.push_back(none || s.random.coin() ? 0 : s.random.integer(0, 2));
    attributes.after.push_back(none || s.random.coin() ? 0 : s.random.integer(0, 2));
  }
  s.node(ops::pad, attributes, {x}, s[x].quantization);
}

void concat(Sketch& s) {
  const TensorId x = s.pick(all_types, 1, max_rank);
  const Tensor tensor = s[x];
  const auto axis = s.random.integer(0, static_cast<std::int32_t>(tensor.shape.size()) - 1);
  std::vector<TensorId> operands = {x};
  for (std::int32_t i = s.random.integer(0, 3); i > 0; --i) {
    Shape shape = tensor.shape;
    if (s.random.coin()) shape[static_cast<std::size_t>(axis)] = s.random.integer(1, 4);
    operands.push_back(s.operand(tensor.type, shape, tensor.quantization));
  }
  std::rotate(
      operands.begin(),
      operands.begin() + s.random.integer(0, static_cast<std::int32_t>(operands.size()) - 1),
      operands.end());
  s.node(ops::concat, ops::ConcatAttributes{axis}, operands, tensor.quantization);
}

// --- sequences ---------------------------------------------------------------------------------

struct LstmDraw {
  Sketch& s;
  ElementType type;
  std::int32_t units = s.random.integer(1, 6);

  Quantization weight_scale() const {
    return type == f32 ? Quantization{} : per_tensor(s.random.real(5e-4F, 0.02F), 0);
  }

  TensorId weights(std::int32_t columns) const {
    const std::int32_t count = units * columns;
    if (type == s8)
      return s.constant(s8, {units, columns}, s.random.elements(s8, count), weight_scale());
    std::vector<float> values;
    for (std::int32_t i = 0; i < count; ++i) values.push_back(s.random.real(-1, 1));
    return s.constant(f32, {units, columns}, to_bytes(values));
  }

  TensorId hidden(std::int32_t batches) const {
    return s.variable(type, {batches, units}, s.random.quantization(type, 0.004F, 0.02F));
  }

  TensorId cell(std::int32_t batches) const {
    const int power =
        s.random.integer(0, 3) == 0 ? s.random.integer(-29, 2) : s.random.integer(-16, -9);
    return s.variable(type == f32 ? f32 : s16, {batches, units},
                      type == f32 ? Quantization{} : per_tensor(std::ldexp(1.0F, power), 0));
  }
};

void lstm(Sketch& s) {
  const TensorId x = s.pick({s8, f32}, 3, 3);
  const LstmDraw draw{s, s[x].type};
  const bool time_major = s.random.coin();
  const float clip = s.random.coin() ? 0.0F : s.random.real(0.001F, 4);
  std::vector<TensorId> operands = {x};
  for (const std::int32_t columns : {s[x].shape[2], draw.units})
    for (int gate = 0; gate < 4; ++gate) operands.push_back(draw.weights(columns));
  for (int gate = 0; gate < 4; ++gate) operands.push_back(bias_of(s, draw.type, draw.units));
  const std::int32_t batches = s[x].shape[time_major ? 1 : 0];
  operands.push_back(draw.hidden(batches));
  operands.push_back(draw.cell(batches));
  const Quantization quantization = s[operands[ops::LstmOperand::hidden]].quantization;
  s.node(ops::lstm, ops::LstmAttributes{.cell_clip = clip, .time_major = time_major}, operands,
         quantization);
}

}  // namespace

const std::vector<GeneratorRow>& generator_rows() {
  static const std::vector<GeneratorRow> rows = {
      {ops::add, sum_of_two<ops::add, ops::AddAttributes>},
      {ops::arg_max, arg<ops::arg_max>},
      {ops::arg_min, arg<ops::arg_min>},
      {ops::average_pool2d, pool<ops::average_pool2d>},
      {ops::cast, cast},
      {ops::concat, concat},
      {ops::conv2d, conv2d},
      {ops::depthwise_conv2d, depthwise_conv2d},
      {ops::dequantize, dequantize},
      {ops::fully_connected, fully_connected},
      {ops::hard_swish, hard_swish},
      {ops::leaky_relu, leaky_relu},
      {ops::logistic, curve<ops::logistic, 256, -128, 0>},
      {ops::lstm, lstm},
      {ops::max_pool2d, pool<ops::max_pool2d>},
      {ops::maximum, extreme_of_two<ops::maximum>},
      {ops::mean, reduce<ops::mean>},
      {ops::minimum, extreme_of_two<ops::minimum>},
      {ops::mul, mul},
      {ops::pad, pad},
      {ops::prelu, prelu},
      {ops::quantize, quantize},
      {ops::relu, relu},
      {ops::relu6, clamp<ops::relu6>},
      {ops::relu_n1_to_1, clamp<ops::relu_n1_to_1>},
      {ops::reshape, reshape},
      {ops::resize_bilinear, resize<ops::resize_bilinear>},
      {ops::resize_nearest, resize<ops::resize_nearest>},
      {ops::slice, slice},
      {ops::softmax, softmax},
      {ops::sub, sum_of_two<ops::sub, ops::SubAttributes>},
      {ops::sum, reduce<ops::sum>},
      {ops::tanh, curve<ops::tanh, 128, 0, 128>},
      {ops::transpose, transpose},
      {ops::transpose_conv, transpose_conv},
  };
  return rows;
}

}  // namespace smelt::test
