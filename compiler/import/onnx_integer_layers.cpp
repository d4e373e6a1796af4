// SPDX-License-Identifier: Apache-2.0
//
// ONNX's own integer layers: products are sums of 32 bits, and QLinear ones are scaled behind them.
// A product of matrices is a convolution of one row of pixels, one group for each matrix.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/import/onnx_images.h"
#include "compiler/import/onnx_operators.h"
#include "compiler/ops/conv_integer.h"
#include "compiler/ops/quantize_linear.h"

namespace smelt::onnx_import {
namespace {

constexpr auto damaged = "the file does not follow the format; export the model again";

/// A zero point, or some; one zero where the operand is absent. Nothing after reporting it.
std::optional<std::vector<std::int32_t>> zero_points(Operator& op, std::size_t i) {
  if (!op.has(i)) return std::vector<std::int32_t>{0};
  const Tensor& tensor = op.input(i);
  if (tensor.constant && byte_size(tensor.type) == 1 && is_integer(tensor.type)) {
    const std::vector<std::int64_t> values = integers(tensor);
    if (!values.empty()) return std::vector<std::int32_t>(values.begin(), values.end());
  }
  op.error(fmt::format("zero point \"{}\" is no constant of bytes", tensor.name),
           fmt::format("if it is an input of the model, give its value: --bind {}=file.npy",
                       tensor.name));
  return std::nullopt;
}

/// One for all of a tensor.
std::optional<std::int32_t> zero_point(Operator& op, std::size_t i) {
  const auto values = zero_points(op, i);
  if (values && values->size() == 1) return (*values)[0];
  if (values)
    op.error("an activation has several zero points", "use one scale and zero point per tensor");
  return std::nullopt;
}

/// Weights [output][...] less their zero points, in the fewest bits; no_tensor after reporting it.
TensorId centred(Operator& op, std::size_t operand, TensorId weights,
                 const std::vector<std::int32_t>& zeros) {
  if (weights == no_tensor) return weights;
  const Tensor& given = op.graph[weights];
  const auto outputs = static_cast<std::size_t>(std::max(given.shape[0], 1));
  const bool bytes = given.type == ElementType::s8 || given.type == ElementType::u8;
  if (!given.constant || !bytes) {
    op.error(fmt::format("weights \"{}\" are no constants of bytes", op.input(operand).name),
             fmt::format("if they are an input of the model, give their values: --bind {}=file.npy",
                         op.input(operand).name));
    return no_tensor;
  }
  if (zeros.size() != 1 && zeros.size() != outputs) {
    op.error(fmt::format("has {} zero points for {} outputs", zeros.size(), outputs), damaged);
    return no_tensor;
  }
  const std::vector<std::int64_t> values = integers(given);
  std::vector<std::int16_t> wide;
  for (std::size_t i = 0; i < values.size(); ++i)
    wide.push_back(static_cast<std::int16_t>(
        values[i] - zeros[zeros.size() == 1 ? 0 : i / (values.size() / outputs)]));
  const Shape shape = given.shape;
  const bool narrow = std::all_of(wide.begin(), wide.end(),
                                  [](std::int16_t each) { return each >= -128 && each <= 127; });
  if (!narrow) return op.add_constant(ElementType::s16, shape, to_bytes(wide));
  return op.add_constant(ElementType::s8, shape,
                         to_bytes(std::vector<std::int8_t>(wide.begin(), wide.end())));
}

/// Operands of a layer, by their places in the file.
struct Places {
  std::size_t input, input_zero, weights, weights_zero;
};

/// The sums of a convolution, NHWC.
TensorId convolve(Operator& op, const Places& at, std::size_t bias) {
  const Shape image = op.input(at.input).shape;
  Shape weights = op.input(at.weights).shape;
  if (!is_image(op, image, "the input") || !is_image(op, weights, "the weights")) return no_tensor;
  if (weights.size() != image.size()) {
    op.error(
        fmt::format("weights {} do not match the input {}", to_string(weights), to_string(image)),
        damaged);
    return no_tensor;
  }
  const std::vector<std::int32_t> kernel = op.list("kernel_shape");
  const std::int64_t groups = op.integer("group", 1);
  const bool repeats = kernel.empty() || Shape(weights.begin() + 2, weights.end()) == kernel;
  if (!repeats || groups < 1 || groups > image[1] || weights[1] * groups != image[1]) {
    op.error(fmt::format("kernel_shape or group are not those of weights {} over an input {}",
                         to_string(weights), to_string(image)),
             damaged);
    return no_tensor;
  }
  const auto window = read_window(op, image, extent_of(weights));
  const auto zero = zero_point(op, at.input_zero);
  const auto zeros = zero_points(op, at.weights_zero);
  if (!window || !zero || !zeros) return no_tensor;
  if (weights.size() == 3) weights.insert(weights.begin() + 2, 1);
  const TensorId nhwc = op.transpose(op.reshape(op.inputs[at.weights], weights), {0, 2, 3, 1});
  std::vector<TensorId> operands{to_nhwc(op, op.inputs[at.input]),
                                 centred(op, at.weights, nhwc, *zeros)};
  if (op.has(bias)) operands.push_back(op.inputs[bias]);
  return op.apply(ops::conv_integer,
                  ops::ConvIntegerAttributes{.stride = window->stride,
                                             .dilation = window->dilation,
                                             .pads = window->pads,
                                             .zero_point = *zero},
                  operands, ElementType::s32);
}

/// Sums [..., output] to the quantization of the output: input scale times weight scale by output
/// scale, in float, as ONNX Runtime computes it.
TensorId scaled(Operator& op, TensorId sums, std::size_t input_scale, std::size_t weights_scale,
                std::size_t output_scale, std::size_t output_zero) {
  const auto input = op.constant_floats(input_scale, "scale");
  const auto weights = op.constant_floats(weights_scale, "scale");
  const auto output = op.constant_floats(output_scale, "scale");
  const auto zero = zero_point(op, output_zero);
  if (!input || !weights || !output || !zero || sums == no_tensor) return no_tensor;
  const auto outputs = static_cast<std::size_t>(op.shape(sums).back());
  if (input->size() != 1 || output->size() != 1 ||
      (weights->size() != 1 && weights->size() != outputs)) {
    op.error(fmt::format("has {}, {} and {} scales of input, weights and output", input->size(),
                         weights->size(), output->size()),
             "use one scale for each activation, and one for the weights or each output");
    return no_tensor;
  }
  std::vector<float> factors;
  for (const float scale : *weights) factors.push_back((*input)[0] * scale / (*output)[0]);
  const ElementType type = op.input(output_zero).type;
  const Shape shape = factors.size() == 1 ? Shape{} : Shape{op.shape(sums).back()};
  std::vector<std::uint8_t> zeros(factors.size(), static_cast<std::uint8_t>(*zero));
  return op.apply(ops::requantize_linear, {},
                  {sums, op.floats(shape, factors), op.add_constant(type, shape, std::move(zeros))},
                  type);
}

/// Numbers of a product of matrices.
struct Product {
  std::int32_t batches, rows, inputs, outputs;
  Shape shape;  ///< of the result
};

std::optional<Product> product_of(Operator& op, const Shape& a, const Shape& b) {
  const bool matrices = a.size() >= 2 && b.size() >= 2 && a.back() == b[b.size() - 2];
  const bool batched = b.size() > 2;
  if (!matrices ||
      (batched && (a.size() != b.size() || !std::equal(a.begin(), a.end() - 2, b.begin())))) {
    op.error(fmt::format("multiplies {} by {}", to_string(a), to_string(b)),
             "the second operand must be a matrix, or one for each of the first");
    return std::nullopt;
  }
  const auto all = static_cast<std::int32_t>(element_count({a.begin(), a.end() - 2}));
  Shape shape = a;
  shape.back() = b.back();
  const std::int32_t rows = a[a.size() - 2];
  if (batched) return Product{all, rows, a.back(), b.back(), shape};
  return Product{1, all * rows, a.back(), b.back(), shape};
}

/// The sums of a product, [1][1][row][batch * output].
TensorId multiply(Operator& op, const Places& at, const Product& p) {
  const auto zero = zero_point(op, at.input_zero);
  auto zeros = zero_points(op, at.weights_zero);
  if (!zero || !zeros) return no_tensor;
  if (zeros->size() != 1 && p.batches != 1) {
    op.error("has zero points for several matrices", "use one zero point");
    return no_tensor;
  }
  const TensorId rows =
      op.transpose(op.reshape(op.inputs[at.input], {p.batches, p.rows, p.inputs}), {1, 0, 2});
  const TensorId image = op.reshape(rows, {1, 1, p.rows, p.batches * p.inputs});
  const TensorId columns =
      op.transpose(op.reshape(op.inputs[at.weights], {p.batches, p.inputs, p.outputs}), {0, 2, 1});
  const TensorId weights = op.reshape(columns, {p.batches * p.outputs, 1, 1, p.inputs});
  return op.apply(ops::conv_integer, ops::ConvIntegerAttributes{.zero_point = *zero},
                  {image, centred(op, at.weights, weights, *zeros)}, ElementType::s32);
}

TensorId unbatched(Operator& op, TensorId product, const Product& p) {
  const TensorId rows = op.reshape(product, {p.rows, p.batches, p.outputs});
  return rows == no_tensor ? rows : op.reshape(op.transpose(rows, {1, 0, 2}), p.shape);
}

}  // namespace

void conv_integer(Operator& op) {
  if (!op.takes(2, 4)) return;
  op.result(from_nhwc(op, convolve(op, {0, 2, 1, 3}, SIZE_MAX), op.input(0).shape.size()));
}

void qlinear_conv(Operator& op) {
  if (!op.takes(8, 9)) return;
  const TensorId sums = convolve(op, {0, 2, 3, 5}, 8);
  op.result(from_nhwc(op, scaled(op, sums, 1, 4, 6, 7), op.input(0).shape.size()));
}

void mat_mul_integer(Operator& op) {
  if (!op.takes(2, 4)) return;
  const auto product = product_of(op, op.input(0).shape, op.input(1).shape);
  if (product) op.result(unbatched(op, multiply(op, {0, 2, 1, 3}, *product), *product));
}

void qlinear_mat_mul(Operator& op) {
  if (!op.takes(8, 8)) return;
  const auto product = product_of(op, op.input(0).shape, op.input(3).shape);
  if (!product) return;
  const TensorId sums = multiply(op, {0, 2, 3, 5}, *product);
  op.result(unbatched(op, scaled(op, sums, 1, 4, 6, 7), *product));
}

}  // namespace smelt::onnx_import
