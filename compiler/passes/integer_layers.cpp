// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/integer_layers.h"

#include <algorithm>
#include <cmath>

#include "compiler/ops/add.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/transpose_conv.h"

namespace smelt {
namespace {

/// Index along the axis of the scales, of element i.
std::size_t channel_of(const Tensor& tensor, std::size_t i) {
  if (!tensor.quantization.per_channel()) return 0;
  const auto axis = tensor.shape.begin() + tensor.quantization.axis;
  const auto inner = static_cast<std::size_t>(element_count({axis + 1, tensor.shape.end()}));
  return i / inner % static_cast<std::size_t>(*axis);
}

Tensor bytes_like(const Tensor& constant, const std::vector<std::int8_t>& values) {
  Tensor result = constant;
  result.type = ElementType::s8;
  result.data = to_bytes(values);
  result.origin = {};
  return result;
}

/// The integers that `offset` gives zero points for; nothing if one is no s8.
std::optional<std::vector<std::int8_t>> integers_of(const Tensor& constant, bool offset) {
  const Quantization& grid = constant.quantization;
  std::vector<std::int8_t> result;
  const std::vector<float> values = elements<float>(constant);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = channel_of(constant, i);
    const float steps =
        std::round(values[i] / grid.scale(c)) + static_cast<float>(offset ? grid.zero_point(c) : 0);
    if (!(steps >= -128 && steps <= 127)) return std::nullopt;
    result.push_back(static_cast<std::int8_t>(steps));
  }
  return result;
}

bool is_dequantized(const Tensor& tensor) {
  return tensor.constant && tensor.type == ElementType::f32 && tensor.quantization.present();
}

}  // namespace

std::optional<Tensor> requantized(const Tensor& constant) {
  if (!is_dequantized(constant) || constant.quantization.per_channel()) return std::nullopt;
  const auto values = integers_of(constant, true);
  return values ? std::optional(bytes_like(constant, *values)) : std::nullopt;
}

std::optional<Tensor> requantized_weights(const Tensor& weights) {
  if (!is_dequantized(weights)) return std::nullopt;
  const auto values = integers_of(weights, false);
  if (!values) return std::nullopt;
  Tensor result = bytes_like(weights, *values);
  std::fill(result.quantization.zero_points.begin(), result.quantization.zero_points.end(), 0);
  return result;
}

std::optional<Tensor> requantized_bias(const Tensor& bias, const Quantization& input,
                                       const Quantization& weights) {
  if (!bias.constant || bias.type != ElementType::f32) return std::nullopt;
  Tensor result = bias;
  result.type = ElementType::s32;
  result.origin = {};
  result.quantization = {};
  for (const float scale : weights.scales) {
    result.quantization.scales.push_back(input.scale() * scale);
    result.quantization.zero_points.push_back(0);
  }
  std::vector<std::int32_t> sums;
  const std::vector<float> values = elements<float>(bias);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (weights.per_channel() && i >= weights.scales.size()) return std::nullopt;
    const double unit = double{input.scale()} * double{weights.scale(i)};
    const double steps = std::round(double{values[i]} / unit);
    if (!(std::abs(steps) <= INT32_MAX)) return std::nullopt;
    sums.push_back(static_cast<std::int32_t>(steps));
  }
  result.data = to_bytes(sums);
  return result;
}

LayerKind layer_kind(const OpDef& op) {
  struct Row {
    const OpDef* op;
    LayerKind kind;
  };
  static const Row rows[] = {
      {&ops::conv2d, LayerKind::weighted},
      {&ops::depthwise_conv2d, LayerKind::weighted},
      {&ops::transpose_conv, LayerKind::weighted},
      {&ops::fully_connected, LayerKind::weighted},
      {&ops::add, LayerKind::summed},
      {&ops::sub, LayerKind::summed},
      {&ops::mul, LayerKind::summed},
      {&ops::prelu, LayerKind::summed},
      {&ops::mean, LayerKind::summed},
      {&ops::sum, LayerKind::summed},
      {&ops::average_pool2d, LayerKind::same},
      {&ops::resize_bilinear, LayerKind::same},
      {&ops::softmax, LayerKind::fixed},
  };
  const auto* row = std::find_if(std::begin(rows), std::end(rows),
                                 [&](const Row& each) { return each.op == &op; });
  return row == std::end(rows) ? LayerKind::none : row->kind;
}

std::optional<Quantization> layer_output(LayerKind kind, const Quantization& input,
                                         const Quantization& wanted) {
  if (kind == LayerKind::weighted || kind == LayerKind::summed) return wanted;
  const Quantization own =
      kind == LayerKind::same ? input : Quantization{.scales = {1.0F / 256}, .zero_points = {-128}};
  // Half a step of a finer scale, and half of the wanted one, are at most one.
  return own.scale() <= wanted.scale() ? std::optional(own) : std::nullopt;
}

Quantization finest_softmax() {
  return {.scales = {1.0F / 65536}, .zero_points = {-32768}};
}

std::optional<AveragingConvolution> as_convolution(const NodeView& average) {
  if (average.node.op != &ops::average_pool2d) return std::nullopt;
  const auto& pool = average.attributes<ops::Pool2dAttributes>();
  if (pool.pads != Pads{}) return std::nullopt;
  const std::int32_t channels = average.input(0).shape[3];
  Tensor weights{.name = average.node.name + "_weights",
                 .type = ElementType::s8,
                 .shape = {1, pool.kernel.height, pool.kernel.width, channels},
                 .constant = true};
  const std::int64_t taps = std::int64_t{pool.kernel.height} * pool.kernel.width;
  weights.quantization = {.scales = {1.0F / static_cast<float>(taps)}, .zero_points = {0}};
  weights.data.assign(static_cast<std::size_t>(taps * channels), 1);
  return AveragingConvolution{
      ops::DepthwiseConv2dAttributes{.stride = pool.stride, .activation = pool.activation},
      std::move(weights)};
}

}  // namespace smelt
