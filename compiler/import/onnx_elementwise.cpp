// SPDX-License-Identifier: Apache-2.0
//
// Element by element: arithmetic with broadcasting and activations.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/import/onnx_operators.h"
#include "compiler/import/onnx_tensor.h"
#include "compiler/ops/add.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/div.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/tanh.h"

namespace smelt::onnx_import {

void unary(Operator& op, const OpDef& def) {
  if (op.takes(1, 1)) op.result(op.apply(def, def.attributes.make(), {op.inputs[0]}));
}

TensorId second(Operator& op) {
  const TensorId b = op.inputs[1];
  if (op.version >= 7) return b;
  op.ignore("consumed_inputs");
  const bool repeats = op.integer("broadcast", 0) != 0;
  const bool placed = op.has_attribute("axis");
  const std::int64_t stated = op.integer("axis", 0);
  Shape shape = op.shape(b);
  const std::size_t rank = op.input(0).shape.size();
  if (!repeats && shape != op.input(0).shape) {
    op.error("has operands of different shapes, and no attribute broadcast",
             "the file does not follow the format; export the model again");
    return no_tensor;
  }
  const auto axis = placed && repeats ? op.axis(stated, rank) : std::optional<std::int32_t>(0);
  if (!axis) return no_tensor;
  if (!placed || !repeats) return b;
  shape.resize(std::max(shape.size(), rank - static_cast<std::size_t>(*axis)), 1);
  return op.reshape(b, shape);
}

void binary(Operator& op, const OpDef& def) {
  if (op.takes(2, 2)) op.result(op.apply(def, def.attributes.make(), {op.inputs[0], second(op)}));
}

namespace {

/// Any number of operands, one after another; no_tensor if they are none.
TensorId chain(Operator& op, const OpDef& def) {
  if (!op.takes(1, SIZE_MAX)) return no_tensor;
  TensorId result = op.inputs[0];
  for (std::size_t i = 1; i < op.inputs.size(); ++i) {
    if (!op.has(i)) {
      op.error("lacks an operand", "export the model again");
      return no_tensor;
    }
    result = op.apply(def, def.attributes.make(), {result, op.inputs[i]});
  }
  return result;
}

/// A bound of a clip: a constant, or the value that does not limit.
std::optional<float> bound(Operator& op, std::size_t i, float otherwise) {
  if (!op.has(i)) return otherwise;
  const auto values = op.constant_floats(i, "bound");
  if (!values) return std::nullopt;
  if (values->size() == 1 && !std::isnan((*values)[0])) return (*values)[0];
  op.error("a bound is not one number", "give one number for all elements");
  return std::nullopt;
}

TensorId clamped(Operator& op, TensorId id, float low, float high) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float largest = std::numeric_limits<float>::max();
  if (low == 0 && high >= largest) return op.apply(ops::relu, ops::relu.attributes.make(), {id});
  if (low == 0 && high == 6) return op.apply(ops::relu6, ops::relu6.attributes.make(), {id});
  if (low == -1 && high == 1)
    return op.apply(ops::relu_n1_to_1, ops::relu_n1_to_1.attributes.make(), {id});
  if (low > -infinity)
    id = op.apply(ops::maximum, ops::maximum.attributes.make(), {id, op.floats({}, {low})});
  if (high < infinity)
    id = op.apply(ops::minimum, ops::minimum.attributes.make(), {id, op.floats({}, {high})});
  return id;
}

}  // namespace

void add(Operator& op) {
  binary(op, ops::add);
}
void sub(Operator& op) {
  binary(op, ops::sub);
}
void mul(Operator& op) {
  binary(op, ops::mul);
}
void maximum(Operator& op) {
  op.result(chain(op, ops::maximum));
}
void minimum(Operator& op) {
  op.result(chain(op, ops::minimum));
}
void sum(Operator& op) {
  op.result(chain(op, ops::add));
}
void mean(Operator& op) {
  const TensorId sum = chain(op, ops::add);
  const float share = 1 / static_cast<float>(op.inputs.size());
  op.result(op.apply(ops::mul, ops::MulAttributes{}, {sum, op.floats({}, {share})}));
}
/// Integers have no operator of their own for it.
void relu(Operator& op) {
  if (!op.takes(1, 1)) return;
  const ElementType type = op.input(0).type;
  if (type == ElementType::f32) return unary(op, ops::relu);
  const TensorId zero = op.add_constant(
      type, {}, std::vector<std::uint8_t>(static_cast<std::size_t>(byte_size(type))));
  op.result(op.apply(ops::maximum, ops::maximum.attributes.make(), {op.inputs[0], zero}));
}
void sigmoid(Operator& op) {
  unary(op, ops::logistic);
}
void tanh(Operator& op) {
  unary(op, ops::tanh);
}
void hard_swish(Operator& op) {
  unary(op, ops::hard_swish);
}

namespace {

/// The reciprocals of constant floats, if all are normal numbers.
std::optional<std::vector<float>> reciprocals(const Tensor& tensor) {
  if (!tensor.constant || tensor.type != ElementType::f32) return std::nullopt;
  std::vector<float> values = elements<float>(tensor);
  for (float& each : values) {
    each = 1 / each;
    if (!std::isnormal(each)) return std::nullopt;
  }
  return values;
}

}  // namespace

/// By a constant: times its reciprocal, which is as exact as a float can say, and much quicker.
void div(Operator& op) {
  if (!op.takes(2, 2)) return;
  const TensorId divisor = second(op);
  if (divisor == no_tensor) return;
  const Shape shape = op.shape(divisor);
  const auto factors = reciprocals(op.graph[divisor]);
  if (factors && !op.input(0).constant)
    return op.result(
        op.apply(ops::mul, ops::MulAttributes{}, {op.inputs[0], op.floats(shape, *factors)}));
  op.result(op.apply(ops::div, ops::DivAttributes{}, {op.inputs[0], divisor}));
}

void leaky_relu(Operator& op) {
  const ops::LeakyReluAttributes attributes{.alpha = op.real("alpha", 0.01F)};
  if (op.takes(1, 1)) op.result(op.apply(ops::leaky_relu, attributes, {op.inputs[0]}));
}

void prelu(Operator& op) {
  if (!op.takes(2, 2)) return;
  TensorId slope = op.inputs[1];
  // Before version 7, several slopes in a row were those of the channels.
  Shape shape = op.shape(slope);
  if (op.version < 7 && shape.size() == 1 && shape[0] != 1 && op.input(0).shape.size() > 2) {
    shape.resize(op.input(0).shape.size() - 1, 1);
    slope = op.reshape(slope, shape);
  }
  op.result(op.apply(ops::prelu, ops::prelu.attributes.make(), {op.inputs[0], slope}));
}

namespace {

/// Bounds that are computed, or integers.
void clip_by_operands(Operator& op) {
  TensorId result = op.inputs[0];
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    if (!op.has(i)) continue;
    if (element_count(op.input(i).shape) != 1)
      return op.error("a bound is not one number", "give one number for all elements");
    const TensorId bound = op.reshape(op.inputs[i], {});
    const OpDef& limit = i == 1 ? ops::maximum : ops::minimum;
    result = op.apply(limit, limit.attributes.make(), {result, bound});
  }
  op.result(result);
}

}  // namespace

void clip(Operator& op) {
  if (!op.takes(1, 3)) return;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  // Before version 11, bounds are attributes.
  const bool old = op.version < 11;
  const auto open = [&](std::size_t i) { return op.has(i) && !op.input(i).constant; };
  if (op.input(0).type != ElementType::f32 || open(1) || open(2)) return clip_by_operands(op);
  const auto low = bound(op, 1, old ? op.real("min", -infinity) : -infinity);
  const auto high = bound(op, 2, old ? op.real("max", infinity) : infinity);
  if (low && high) op.result(clamped(op, op.inputs[0], *low, *high));
}

/// max(0, min(1, alpha * x + beta)).
void hard_sigmoid(Operator& op) {
  const float alpha = op.real("alpha", 0.2F), beta = op.real("beta", 0.5F);
  if (!op.takes(1, 1)) return;
  const TensorId product =
      op.apply(ops::mul, ops::MulAttributes{}, {op.inputs[0], op.floats({}, {alpha})});
  const TensorId line = op.apply(ops::add, ops::AddAttributes{}, {product, op.floats({}, {beta})});
  op.result(clamped(op, line, 0, 1));
}

void cast(Operator& op) {
  const auto stated = static_cast<std::int32_t>(op.integer("to", 0));
  op.ignore("saturate");  // of 8-bit floats, which are not supported
  if (!op.takes(1, 1)) return;
  const auto type = element_type(stated);
  if (!type)
    return op.error(fmt::format("casts to {}, which is not supported", type_name(stated)),
                    "export the model in float32");
  if (*type == op.input(0).type) return op.result(op.inputs[0]);
  op.result(op.apply(ops::cast, ops::cast.attributes.make(), {op.inputs[0]}, *type));
}

void cast_like(Operator& op) {
  op.ignore("saturate");
  if (!op.takes(2, 2)) return;
  const ElementType type = op.input(1).type;
  if (type == op.input(0).type) return op.result(op.inputs[0]);
  op.result(op.apply(ops::cast, ops::cast.attributes.make(), {op.inputs[0]}, type));
}

}  // namespace smelt::onnx_import
