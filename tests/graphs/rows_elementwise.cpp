// SPDX-License-Identifier: Apache-2.0
//
// How operators on single elements are drawn.
#include <algorithm>

#include "compiler/ops/add.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/dequantize_linear.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/lookup.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/quantize_linear.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/tanh.h"
#include "tests/graphs/rows.h"

namespace smelt::test {
namespace {

using enum ElementType;

// --- two operands ------------------------------------------------------------------------------

/// Of results of operands like this one: none where it has no scale.
Quantization result_like(Sketch& s, const Tensor& operand, double scale) {
  return operand.quantization.present() ? coarser(s, operand.type, scale) : Quantization{};
}

/// Integers without scales have none, but for those of 32 bits.
Activation activation_for(Sketch& s, const Tensor& operand) {
  const bool has = operand.type == f32 || operand.type == s32 || operand.quantization.present();
  return has ? s.activation() : Activation::none;
}

template <const OpDef& op, typename Attributes>
void sum_of_two(Sketch& s) {
  const auto [a, b] = pair(s, arithmetic, false);
  const double scale = std::max(scale_of(s[a]), scale_of(s[b]));
  s.node(op, Attributes{activation_for(s, s[a])}, {a, b}, result_like(s, s[a], scale));
}

void mul(Sketch& s) {
  const auto [a, b] = pair(s, arithmetic, false);
  const double scale = scale_of(s[a]) * scale_of(s[b]);
  s.node(ops::mul, ops::MulAttributes{activation_for(s, s[a])}, {a, b},
         result_like(s, s[a], 30 * scale));
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
  const TensorId slope = s.operand(s[x].type == s16 ? s8 : s[x].type, slopes);
  const double scale = scale_of(s[x]) * std::max(1.0, 30 * scale_of(s[slope]));
  s.node(ops::prelu, {}, {x, slope}, coarser(s, s[x].type, scale));
}

// --- one operand -------------------------------------------------------------------------------

template <const OpDef& op, int one_in, int s8_zero, int u8_zero>
void curve(Sketch& s) {
  const TensorId x = s.pick(numbers, 0, max_rank);
  const ElementType type = s[x].type;
  Quantization q;
  if (type == s16)
    q = per_tensor(1.0F / 32768, 0);
  else if (type != f32)
    q = per_tensor(1.0F / one_in, type == s8 ? s8_zero : u8_zero);
  s.node(op, {}, {x}, q);
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
  const TensorId x = s.pick(narrow_numbers, 0, max_rank);
  s.node(ops::hard_swish, {}, {x}, coarser(s, s[x].type, 0.1 * scale_of(s[x])));
}

void lookup(Sketch& s) {
  const TensorId x = s.pick({s8, u8}, 0, max_rank);
  const auto type = s.random.of<ElementType>({s8, u8});
  const TensorId table = s.constant(type, {256}, s.random.elements(type, 256));
  s.node(ops::lookup, {}, {x, table}, s.quantization(type), type);
}

void softmax(Sketch& s) {
  const TensorId x = s.pick(numbers, 1, max_rank);
  ElementType type = s[x].type;
  if (type == s8 && s.random.integer(0, 3) == 0) type = s16;
  Quantization q;
  if (s[x].type == s16)
    q = per_tensor(1.0F / 32768, 0);
  else if (type != f32)
    q = per_tensor(type == s16 ? 1.0F / 65536 : 1.0F / 256, range_of(type).min);
  s.node(ops::softmax, ops::SoftmaxAttributes{s.random.of<float>({1, 1, 0.5F, 2.7F})}, {x}, q,
         type);
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

/// Scale and zero point as operands: one of each, or one for each index of a dimension.
std::vector<TensorId> with_scales(Sketch& s, TensorId x, ElementType type, float typical) {
  Shape shape;
  const auto rank = static_cast<std::int32_t>(s[x].shape.size());
  if (rank > 0 && s.random.coin()) {
    const std::int32_t axis = s.random.integer(0, rank - 1);
    shape.assign(static_cast<std::size_t>(rank - axis), 1);
    shape[0] = s[x].shape[static_cast<std::size_t>(axis)];
  }
  std::vector<float> scales;
  for (std::int64_t i = 0; i < element_count(shape); ++i)
    scales.push_back(typical * s.random.real(0.1F, 3));
  const Bytes zeros =
      type == s32 ? Bytes(4 * scales.size()) : s.random.elements(type, element_count(shape));
  return {x, s.constant(f32, shape, to_bytes(scales)), s.constant(type, shape, zeros)};
}

void quantize_linear(Sketch& s) {
  const TensorId x = s.pick({f32}, 0, max_rank);
  const auto type = s.random.of<ElementType>({s8, s8, u8, s16});
  s.node(ops::quantize_linear, {}, with_scales(s, x, type, 0.05F), {}, type);
}

void requantize_linear(Sketch& s) {
  const TensorId x = s.pick({s32}, 0, max_rank);
  const auto type = s.random.of<ElementType>({s8, s8, u8, s16});
  s.node(ops::requantize_linear, {}, with_scales(s, x, type, 1e-3F), {}, type);
}

void dequantize_linear(Sketch& s) {
  const TensorId x = s.pick({s8, u8, s16, s32}, 0, max_rank);
  s.node(ops::dequantize_linear, {}, with_scales(s, x, s[x].type, 0.1F), {}, f32);
}

/// Floats are not cast: what does not fit the type is undefined to the oracle.
void cast(Sketch& s) {
  const TensorId x = s.pick({s8, u8, s16, s32, s64, boolean}, 0, max_rank);
  s.node(ops::cast, {}, {x}, {}, s.random.of(all_types));
}

}  // namespace

std::vector<GeneratorRow> elementwise_rows() {
  return {
      {ops::add, sum_of_two<ops::add, ops::AddAttributes>},
      {ops::cast, cast},
      {ops::dequantize, dequantize},
      {ops::dequantize_linear, dequantize_linear},
      {ops::hard_swish, hard_swish},
      {ops::leaky_relu, leaky_relu},
      {ops::logistic, curve<ops::logistic, 256, -128, 0>},
      {ops::lookup, lookup},
      {ops::maximum, extreme_of_two<ops::maximum>},
      {ops::minimum, extreme_of_two<ops::minimum>},
      {ops::mul, mul},
      {ops::prelu, prelu},
      {ops::quantize, quantize},
      {ops::quantize_linear, quantize_linear},
      {ops::relu, relu},
      {ops::relu6, clamp<ops::relu6>},
      {ops::relu_n1_to_1, clamp<ops::relu_n1_to_1>},
      {ops::requantize_linear, requantize_linear},
      {ops::softmax, softmax},
      {ops::sub, sum_of_two<ops::sub, ops::SubAttributes>},
      {ops::tanh, curve<ops::tanh, 128, 0, 128>},
  };
}

}  // namespace smelt::test
