// SPDX-License-Identifier: Apache-2.0
//
// Comparisons, and choices by them.
#include <limits>

#include "compiler/import/onnx_operators.h"
#include "compiler/ops/comparison.h"
#include "compiler/ops/functions.h"
#include "compiler/ops/logic.h"
#include "compiler/ops/where.h"

namespace smelt::onnx_import {
namespace {

TensorId compared(Operator& op, const OpDef& def, TensorId a, TensorId b) {
  return op.apply(def, def.attributes.make(), {a, b}, ElementType::boolean);
}

void comparison(Operator& op, const OpDef& def) {
  if (op.takes(2, 2)) op.result(compared(op, def, op.inputs[0], second(op)));
}

/// The same with its operands exchanged.
void reversed(Operator& op, const OpDef& def) {
  if (op.takes(2, 2)) op.result(compared(op, def, second(op), op.inputs[0]));
}

}  // namespace

void equal(Operator& op) {
  comparison(op, ops::equal);
}
void less(Operator& op) {
  comparison(op, ops::less);
}
void less_or_equal(Operator& op) {
  comparison(op, ops::less_equal);
}
void greater(Operator& op) {
  reversed(op, ops::less);
}
void greater_or_equal(Operator& op) {
  reversed(op, ops::less_equal);
}

/// What does not equal itself.
void is_nan(Operator& op) {
  if (!op.takes(1, 1)) return;
  const TensorId same = compared(op, ops::equal, op.inputs[0], op.inputs[0]);
  op.result(op.apply(ops::logical_not, ops::logical_not.attributes.make(), {same}));
}

void is_inf(Operator& op) {
  const bool negative = op.integer("detect_negative", 1) != 0;
  const bool positive = op.integer("detect_positive", 1) != 0;
  if (!op.takes(1, 1)) return;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const TensorId x = op.inputs[0];
  // Nothing is less than minus infinity.
  if (!positive)
    return op.result(
        compared(op, negative ? ops::equal : ops::less, x, op.floats({}, {-infinity})));
  const TensorId seen = negative ? op.apply(ops::abs, ops::abs.attributes.make(), {x}) : x;
  op.result(compared(op, ops::equal, seen, op.floats({}, {infinity})));
}

void where(Operator& op) {
  if (!op.takes(3, 3)) return;
  op.result(op.apply(ops::where, ops::where.attributes.make(), op.inputs, op.input(1).type));
}

}  // namespace smelt::onnx_import
