// SPDX-License-Identifier: Apache-2.0
//
// Functions of one element that have attributes or are made of several, powers and remainders.
#include <fmt/format.h>

#include "compiler/import/onnx_operators.h"
#include "compiler/ops/add.h"
#include "compiler/ops/bit_shift.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/comparison.h"
#include "compiler/ops/elu.h"
#include "compiler/ops/functions.h"
#include "compiler/ops/mod.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/pow.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/tanh.h"
#include "compiler/ops/where.h"

namespace smelt::onnx_import {
namespace {

TensorId less(Operator& op, TensorId a, TensorId b) {
  return op.apply(ops::less, ops::less.attributes.make(), {a, b}, ElementType::boolean);
}

TensorId chosen(Operator& op, TensorId condition, TensorId a, TensorId b) {
  return op.apply(ops::where, ops::where.attributes.make(), {condition, a, b}, ElementType::f32);
}

TensorId as_type(Operator& op, TensorId id, ElementType type) {
  if (id == no_tensor || op.graph[id].type == type) return id;
  return op.apply(ops::cast, ops::cast.attributes.make(), {id}, type);
}

void elu_of(Operator& op, const ops::EluAttributes& attributes) {
  if (op.takes(1, 1)) op.result(op.apply(ops::elu, attributes, {op.inputs[0]}));
}

}  // namespace

void elu(Operator& op) {
  elu_of(op, {.alpha = op.real("alpha", 1)});
}

void selu(Operator& op) {
  const float alpha = op.real("alpha", 1.67326319F), gamma = op.real("gamma", 1.05070102F);
  elu_of(op, {.alpha = gamma * alpha, .slope = gamma});
}

void celu(Operator& op) {
  const float alpha = op.real("alpha", 1);
  elu_of(op, {.alpha = alpha, .rate = 1 / alpha});
}

void gelu(Operator& op) {
  const std::string approximate = op.text("approximate", "none");
  if (approximate == "none") return unary(op, ops::gelu);
  op.error(fmt::format("approximate \"{}\" is not supported", approximate),
           "use the exact one, or write the approximation out in the model");
}

/// x * tanh(softplus(x)).
void mish(Operator& op) {
  if (!op.takes(1, 1)) return;
  TensorId gate = op.apply(ops::softplus, ops::softplus.attributes.make(), {op.inputs[0]});
  gate = op.apply(ops::tanh, ops::tanh.attributes.make(), {gate});
  op.result(op.apply(ops::mul, ops::MulAttributes{}, {op.inputs[0], gate}));
}

/// x where it is beyond alpha, 0 elsewhere.
void thresholded_relu(Operator& op) {
  const float alpha = op.real("alpha", 1);
  if (!op.takes(1, 1)) return;
  const TensorId x = op.inputs[0];
  const TensorId beyond = less(op, op.floats({}, {alpha}), x);
  op.result(chosen(op, beyond, x, op.floats({}, {0})));
}

/// x + bias below -lambd, x - bias above lambd, 0 between.
void shrink(Operator& op) {
  const float lambd = op.real("lambd", 0.5F), bias = op.real("bias", 0);
  if (!op.takes(1, 1)) return;
  const TensorId x = op.inputs[0], shift = op.floats({}, {bias});
  const TensorId low = op.apply(ops::add, ops::AddAttributes{}, {x, shift});
  const TensorId high = op.apply(ops::sub, ops::SubAttributes{}, {x, shift});
  const TensorId rest = chosen(op, less(op, op.floats({}, {lambd}), x), high, op.floats({}, {0}));
  op.result(chosen(op, less(op, x, op.floats({}, {-lambd})), low, rest));
}

namespace {

/// A constant exponent that a quicker operator stands for; no_tensor if there is none.
TensorId quick_power(Operator& op, TensorId x, TensorId exponent) {
  const Tensor& given = op.graph[exponent];
  if (op.graph[x].type != ElementType::f32 || given.type != ElementType::f32 || !given.constant ||
      !given.shape.empty())
    return no_tensor;
  const float value = elements<float>(given)[0];
  if (value == 2) return op.apply(ops::mul, ops::MulAttributes{}, {x, x});
  if (value == 0.5F) return op.apply(ops::sqrt, ops::sqrt.attributes.make(), {x});
  return no_tensor;
}

}  // namespace

/// The result has the base's type, whatever the exponent's is; of floats and integers, floats.
void pow(Operator& op) {
  if (!op.takes(2, 2)) return;
  const ElementType type = op.input(0).type;
  TensorId base = op.inputs[0], exponent = second(op);
  if (exponent == no_tensor) return;
  const bool real = type == ElementType::f32 || op.graph[exponent].type == ElementType::f32;
  base = as_type(op, base, real ? ElementType::f32 : type);
  exponent = as_type(op, exponent, real ? ElementType::f32 : type);
  if (base == no_tensor || exponent == no_tensor) return;
  TensorId result = quick_power(op, base, exponent);
  if (result == no_tensor)
    result = op.apply(ops::pow, ops::pow.attributes.make(), {base, exponent});
  op.result(as_type(op, result, type));
}

void mod(Operator& op) {
  const bool truncated = op.integer("fmod", 0) != 0;
  if (!op.takes(2, 2)) return;
  if (!truncated && op.input(0).type == ElementType::f32)
    return op.error("is of floats, but fmod is 0", "set fmod to 1");
  op.result(
      op.apply(ops::mod, ops::ModAttributes{.floored = !truncated}, {op.inputs[0], op.inputs[1]}));
}

void bit_shift(Operator& op) {
  const std::string direction = op.text("direction", "");
  if (!op.takes(2, 2)) return;
  if (direction != "LEFT" && direction != "RIGHT")
    return op.error(fmt::format("direction \"{}\" is neither LEFT nor RIGHT", direction),
                    "the file does not follow the format; export the model again");
  op.result(op.apply(ops::bit_shift, ops::BitShiftAttributes{.right = direction == "RIGHT"},
                     {op.inputs[0], op.inputs[1]}));
}

}  // namespace smelt::onnx_import
