// SPDX-License-Identifier: Apache-2.0
//
// Layers with weights. Batch normalization is a factor and a summand per channel, which a pass puts
// into the layer before.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/import/onnx_images.h"
#include "compiler/import/onnx_operators.h"
#include "compiler/ops/add.h"
#include "compiler/ops/batch_matmul.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/transpose.h"
#include "compiler/ops/transpose_conv.h"

namespace smelt::onnx_import {
namespace {

/// Weights that smelt rearranges must be known. False after reporting that they are not.
bool known_weights(Operator& op, std::size_t i) {
  return op.constant_floats(i, "weights").has_value();
}

/// The weights of a convolution with a height.
Shape with_height(Shape weights) {
  if (weights.size() == 3) weights.insert(weights.begin() + 2, 1);
  return weights;
}

bool matching_weights(Operator& op) {
  const Shape& image = op.input(0).shape;
  const Shape& weights = op.input(1).shape;
  if (!is_image(op, image, "the input") || !is_image(op, weights, "the weights")) return false;
  if (weights.size() == image.size()) return known_weights(op, 1);
  op.error(
      fmt::format("the weights {} do not match the input {}", to_string(weights), to_string(image)),
      "the file does not follow the format; export the model again");
  return false;
}

/// The kernel's size is that of the weights; the attribute only repeats it.
std::optional<Extent2> kernel_of(Operator& op) {
  const Extent2 kernel = extent_of(op.input(1).shape);
  const std::vector<std::int32_t> stated = op.list("kernel_shape");
  if (stated.empty()) return kernel;
  const auto same = extent(op, "kernel_shape", stated, op.input(1).shape.size() - 2);
  if (same && *same == kernel) return kernel;
  if (same)
    op.error(
        fmt::format("kernel_shape is not that of the weights {}", to_string(op.input(1).shape)),
        "the file does not follow the format; export the model again");
  return std::nullopt;
}

std::vector<TensorId> with_bias(Operator& op, std::vector<TensorId> operands) {
  if (op.has(2)) operands.push_back(op.inputs[2]);
  return operands;
}

TensorId convolve(Operator& op, const Window& window, std::int64_t groups) {
  const Shape weights = with_height(op.input(1).shape);
  const TensorId input = to_nhwc(op, op.inputs[0]);
  const TensorId flat = op.reshape(op.inputs[1], weights);
  // One input channel per group: every output channel has one plane of weights.
  if (groups > 1 && weights[1] == 1) {
    const TensorId planes = op.transpose(flat, {1, 2, 3, 0});
    return op.apply(ops::depthwise_conv2d,
                    ops::DepthwiseConv2dAttributes{
                        .stride = window.stride, .dilation = window.dilation, .pads = window.pads},
                    with_bias(op, {input, planes}));
  }
  return op.apply(ops::conv2d,
                  ops::Conv2dAttributes{
                      .stride = window.stride, .dilation = window.dilation, .pads = window.pads},
                  with_bias(op, {input, op.transpose(flat, {0, 2, 3, 1})}));
}

struct Transposed {
  Extent2 stride{}, extra{}, kernel{}, image{};
  Pads pads{};
};

Extent2 output_of(const Transposed& t) {
  return {(t.image.height - 1) * t.stride.height + t.extra.height + t.kernel.height - t.pads.top -
              t.pads.bottom,
          (t.image.width - 1) * t.stride.width + t.extra.width + t.kernel.width - t.pads.left -
              t.pads.right};
}

/// Cut off in total along one dimension, so that `output` is left; negative: that much is added.
std::int64_t surplus(std::int32_t input, std::int32_t output, std::int32_t kernel,
                     std::int32_t stride, std::int32_t extra) {
  return std::int64_t{stride} * (input - 1) + extra + kernel - std::int64_t{output};
}

struct Cut {
  std::int32_t before = 0, after = 0, extra = 0;
};

Cut cut(std::int64_t total, bool odd_at_end) {
  if (total < 0) return {.extra = static_cast<std::int32_t>(-total)};
  const auto small = static_cast<std::int32_t>(total / 2);
  const auto large = static_cast<std::int32_t>(total - total / 2);
  return odd_at_end ? Cut{small, large} : Cut{large, small};
}

/// Chooses pads so that the output has that extent. Where one unit is left over and neither end is
/// named, runtimes disagree: nothing, after reporting it.
bool pad_to(Operator& op, Transposed& t, Extent2 output, const std::string& automatic) {
  const std::int64_t rows =
      surplus(t.image.height, output.height, t.kernel.height, t.stride.height, t.extra.height);
  const std::int64_t columns =
      surplus(t.image.width, output.width, t.kernel.width, t.stride.width, t.extra.width);
  if (automatic == "NOTSET" &&
      (std::max<std::int64_t>(rows, 0) % 2 != 0 || std::max<std::int64_t>(columns, 0) % 2 != 0)) {
    op.error("output_shape leaves open at which end an odd row or column is cut off",
             "state the pads instead of output_shape");
    return false;
  }
  const Cut high = cut(rows, automatic == "SAME_UPPER");
  const Cut wide = cut(columns, automatic == "SAME_UPPER");
  t.pads = {high.before, wide.before, high.after, wide.after};
  t.extra = {t.extra.height + high.extra, t.extra.width + wide.extra};
  return true;
}

/// output_padding: as `extent`, but from 0.
std::optional<Extent2> read_extra(Operator& op, std::size_t dimensions) {
  std::vector<std::int32_t> extra = op.list("output_padding");
  for (std::int32_t& each : extra) each = each == INT32_MAX ? each : each + 1;
  const auto result = extent(op, "output_padding", extra, dimensions);
  if (!result) return std::nullopt;
  return Extent2{result->height - 1, result->width - 1};
}

/// What all sizes of a transposed convolution stay below.
constexpr std::int64_t max_transposed = 1 << 28;

bool is_affordable(Operator& op, const Transposed& t) {
  const auto reach = [](std::int32_t image, std::int32_t stride, std::int32_t kernel) {
    return std::int64_t{image} * stride + kernel;
  };
  if (reach(t.image.height, t.stride.height, t.kernel.height) < max_transposed &&
      reach(t.image.width, t.stride.width, t.kernel.width) < max_transposed)
    return true;
  op.error("has too large an output", "use smaller images or strides");
  return false;
}

std::optional<Transposed> read_transposed(Operator& op, Extent2 kernel) {
  const Shape& image = op.input(0).shape;
  const std::size_t dimensions = image.size() - 2;
  const auto stride = extent(op, "strides", op.list("strides"), dimensions);
  const auto pads = read_pads(op, dimensions);
  const auto extra = read_extra(op, dimensions);
  const std::vector<std::int32_t> stated = op.list("output_shape");
  const auto output = extent(op, "output_shape", stated, dimensions);
  const std::string automatic = op.text("auto_pad", "NOTSET");
  if (!stride || !pads || !extra || !output) return std::nullopt;
  Transposed result{*stride, *extra, kernel, extent_of(image), *pads};
  if (!is_affordable(op, result)) return std::nullopt;
  const bool same = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
  if (!same && automatic != "NOTSET" && automatic != "VALID") {
    op.error(fmt::format("auto_pad \"{}\" is not supported", automatic), "state the pads instead");
    return std::nullopt;
  }
  if (automatic == "VALID") result.pads = {};
  const Extent2 enlarged{result.image.height * stride->height, result.image.width * stride->width};
  const bool asks = same || !stated.empty();
  if (asks && !pad_to(op, result, stated.empty() ? enlarged : *output, automatic))
    return std::nullopt;
  return result;
}

}  // namespace

void conv(Operator& op) {
  if (!op.takes(2, 3) || !matching_weights(op)) return;
  const Shape image = op.input(0).shape;
  const Shape weights = op.input(1).shape;
  const auto kernel = kernel_of(op);
  const std::int64_t groups = op.integer("group", 1);
  const auto window = kernel ? read_window(op, image, *kernel) : std::nullopt;
  if (!window) return;
  if (groups < 1 || image[1] % groups != 0 || image[1] / groups != weights[1] ||
      weights[0] % groups != 0)
    return op.error(fmt::format("{} groups do not go with weights {} and an input {}", groups,
                                to_string(weights), to_string(image)),
                    "the file does not follow the format; export the model again");
  op.result(from_nhwc(op, convolve(op, *window, groups), image.size()));
}

namespace {

/// A kernel with gaps as one without, in which the gaps are zeros. Weights [output][height][width]
/// [input].
TensorId without_gaps(Operator& op, TensorId id, Extent2 dilation) {
  if (id == no_tensor || dilation == Extent2{1, 1}) return id;
  const Shape s = op.shape(id);
  const TensorId spread =
      op.apply(ops::pad,
               ops::PadAttributes{.before = Shape(6, 0),
                                  .after = {0, 0, dilation.height - 1, 0, dilation.width - 1, 0}},
               {op.reshape(id, {s[0], s[1], 1, s[2], 1, s[3]})});
  const Shape whole = {s[0], s[1] * dilation.height, s[2] * dilation.width, s[3]};
  const ops::SliceAttributes behind_last{
      .begin = Shape(4, 0),
      .stride = Shape(4, 1),
      .size = {s[0], (s[1] - 1) * dilation.height + 1, (s[2] - 1) * dilation.width + 1, s[3]}};
  return op.apply(ops::slice, behind_last, {op.reshape(spread, whole)});
}

/// From [input][output of a group][height][width] to [output][height][width][input of a group].
TensorId transposed_weights(Operator& op, std::int32_t groups, Extent2 dilation) {
  const Shape w = with_height(op.input(1).shape);
  const TensorId by_group = op.reshape(op.inputs[1], {groups, w[0] / groups, w[1], w[2], w[3]});
  const TensorId ordered =
      by_group == no_tensor ? by_group : op.transpose(by_group, {0, 2, 3, 4, 1});
  return without_gaps(op, op.reshape(ordered, {groups * w[1], w[2], w[3], w[0] / groups}),
                      dilation);
}

}  // namespace

void conv_transpose(Operator& op) {
  if (!op.takes(2, 3) || !matching_weights(op)) return;
  const Shape image = op.input(0).shape;
  auto kernel = kernel_of(op);
  const auto dilation = extent(op, "dilations", op.list("dilations"), image.size() - 2);
  const std::int64_t groups = op.integer("group", 1);
  if (!kernel || !dilation) return;
  const std::int32_t inputs = op.input(1).shape[0];
  if (groups < 1 || inputs != image[1] || inputs % groups != 0)
    return op.error(fmt::format("{} groups do not go with weights {} and an input {}", groups,
                                to_string(op.input(1).shape), to_string(image)),
                    "the file does not follow the format; export the model again");
  kernel->height = (kernel->height - 1) * dilation->height + 1;
  kernel->width = (kernel->width - 1) * dilation->width + 1;
  const auto transposed = read_transposed(op, *kernel);
  if (!transposed) return;
  const TensorId weights = transposed_weights(op, static_cast<std::int32_t>(groups), *dilation);
  const TensorId input = to_nhwc(op, op.inputs[0]);
  if (weights == no_tensor || input == no_tensor) return;
  const Extent2 output = output_of(*transposed);
  const ops::TransposeConvAttributes attributes{
      .stride = transposed->stride,
      .pads = transposed->pads,
      .output_shape = {image[0], output.height, output.width, op.shape(weights)[0]}};
  op.result(from_nhwc(op,
                      op.apply(ops::transpose_conv, attributes, with_bias(op, {input, weights})),
                      image.size()));
}

namespace {

/// A tensor times a number.
TensorId scaled(Operator& op, TensorId id, float factor) {
  if (factor == 1.0F || id == no_tensor) return id;
  return op.apply(ops::mul, ops::MulAttributes{}, {id, op.floats({}, {factor})});
}

/// One number per output, if that is what the summand of a GEMM broadcasts.
bool is_bias(const Tensor& summand, std::int32_t outputs) {
  const Shape& shape = summand.shape;
  const bool row = shape.size() <= 1 || (shape.size() == 2 && shape[0] == 1);
  return summand.constant && row && !shape.empty() && shape.back() == outputs;
}

TensorId with_summand(Operator& op, TensorId product, TensorId summand) {
  return summand == absent ? product : op.apply(ops::add, ops::AddAttributes{}, {product, summand});
}

}  // namespace

/// alpha * A * B + beta * C.
void gemm(Operator& op) {
  if (!op.takes(2, 3)) return;
  const float alpha = op.real("alpha", 1), beta = op.real("beta", 1);
  if (op.version < 7) op.ignore("broadcast");
  const bool transpose_a = op.integer("transA", 0) != 0;
  const bool transpose_b = op.integer("transB", 0) != 0;
  if (op.input(0).shape.size() != 2 || op.input(1).shape.size() != 2)
    return op.error("takes operands that are no matrices", "flatten them first");
  const TensorId c = op.has(2) && beta != 0 ? scaled(op, op.inputs[2], beta) : absent;
  if (!op.input(1).constant) {
    const ops::BatchMatmulAttributes attributes{transpose_a, transpose_b};
    const TensorId product = op.apply(ops::batch_matmul, attributes, {op.inputs[0], op.inputs[1]});
    return op.result(with_summand(op, scaled(op, product, alpha), c));
  }
  const TensorId a = transpose_a ? op.transpose(op.inputs[0], {1, 0}) : op.inputs[0];
  const TensorId b = transpose_b ? op.inputs[1] : op.transpose(op.inputs[1], {1, 0});
  const TensorId weights = scaled(op, b, alpha);
  if (weights == no_tensor || c == no_tensor) return;
  const std::int32_t outputs = op.shape(weights)[0];
  const ops::FullyConnectedAttributes attributes{.keep_dims = true};
  if (c != absent && is_bias(op.graph[c], outputs))
    return op.result(
        op.apply(ops::fully_connected, attributes, {a, weights, op.reshape(c, {outputs})}));
  op.result(with_summand(op, op.apply(ops::fully_connected, attributes, {a, weights}), c));
}

namespace {

/// Rows by the weights of a dense layer: a matrix, or a vector as one output.
TensorId by_weights(Operator& op, TensorId rows) {
  const Shape b = op.input(1).shape;
  const TensorId weights =
      b.size() == 1 ? op.reshape(op.inputs[1], {1, b[0]}) : op.transpose(op.inputs[1], {1, 0});
  return op.apply(ops::fully_connected, ops::FullyConnectedAttributes{.keep_dims = true},
                  {rows, weights});
}

TensorId by_matrices(Operator& op, TensorId rows) {
  const Shape b = op.input(1).shape;
  const TensorId columns = b.size() == 1 ? op.reshape(op.inputs[1], {b[0], 1}) : op.inputs[1];
  return op.apply(ops::batch_matmul, ops::BatchMatmulAttributes{}, {rows, columns});
}

}  // namespace

/// Vectors are matrices of one row or column, which is taken away again.
void mat_mul(Operator& op) {
  if (!op.takes(2, 2)) return;
  const Shape a = op.input(0).shape;
  const Shape b = op.input(1).shape;
  if (a.empty() || b.empty())
    return op.error(fmt::format("multiplies {} by {}", to_string(a), to_string(b)),
                    "both operands must be vectors or matrices");
  const TensorId rows = a.size() == 1 ? op.reshape(op.inputs[0], {1, a[0]}) : op.inputs[0];
  const bool weights = op.input(1).constant && b.size() <= 2;
  const TensorId product = weights ? by_weights(op, rows) : by_matrices(op, rows);
  if (product == no_tensor) return;
  Shape shape = op.shape(product);
  if (b.size() == 1) shape.pop_back();
  if (a.size() == 1) shape.erase(shape.end() - (b.size() == 1 ? 1 : 2));
  op.result(op.reshape(product, shape));
}

namespace {

/// y = factor * x + offset per channel.
struct Affine {
  std::vector<float> factors, offsets;
};

std::optional<Affine> read_normalization(Operator& op) {
  const auto scale = op.constant_floats(1, "scale"), shift = op.constant_floats(2, "bias"),
             mean = op.constant_floats(3, "mean"), variance = op.constant_floats(4, "variance");
  const float epsilon = op.real("epsilon", 1e-5F);
  op.ignore("momentum");
  op.ignore("consumed_inputs");
  op.ignore("spatial");  // until version 9; parameters per element do not have as many
  if (!scale || !shift || !mean || !variance) return std::nullopt;
  const Shape& shape = op.input(0).shape;
  const std::size_t channels = shape.size() > 1 ? static_cast<std::size_t>(shape[1]) : 0;
  Affine result;
  for (const auto* each : {&*scale, &*shift, &*mean, &*variance})
    if (each->size() != channels || channels == 0) {
      op.error(fmt::format("has {} parameters for an input {}", each->size(), to_string(shape)),
               "the file does not follow the format; export the model again");
      return std::nullopt;
    }
  for (std::size_t i = 0; i < channels; ++i) {
    const double factor = (*scale)[i] / std::sqrt(double{(*variance)[i]} + double{epsilon});
    result.factors.push_back(static_cast<float>(factor));
    result.offsets.push_back(static_cast<float>((*shift)[i] - factor * (*mean)[i]));
  }
  return result;
}

}  // namespace

void batch_normalization(Operator& op) {
  if (!op.takes(5, 5)) return;
  // Before version 7, a model that does not say that it is tested is trained.
  const bool tested = op.version >= 7 || op.integer("is_test", 0) != 0;
  if (op.integer("training_mode", 0) != 0 || !tested)
    return op.error("is in training mode", "export the model for inference");
  const auto affine = read_normalization(op);
  if (!affine) return;
  Shape shape(op.input(0).shape.size() - 1, 1);
  shape[0] = op.input(0).shape[1];
  const TensorId product =
      op.apply(ops::mul, ops::MulAttributes{}, {op.inputs[0], op.floats(shape, affine->factors)});
  if (product == no_tensor) return;
  op.result(op.apply(ops::add, ops::AddAttributes{}, {product, op.floats(shape, affine->offsets)}));
}

}  // namespace smelt::onnx_import
