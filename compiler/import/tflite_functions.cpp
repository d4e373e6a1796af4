// SPDX-License-Identifier: Apache-2.0
//
// Functions of one element, quotients and powers, comparisons and logic. The format computes most
// of them in float alone; where it knows an 8-bit form that no table of ours gives bit by bit, that
// is refused.
#include <fmt/format.h>

#include "compiler/import/tflite_operators.h"
#include "compiler/ops/comparison.h"
#include "compiler/ops/div.h"
#include "compiler/ops/elu.h"
#include "compiler/ops/functions.h"
#include "compiler/ops/logic.h"
#include "compiler/ops/mod.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/pow.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/where.h"

namespace smelt::tflite {
namespace {

bool no_bytes(Operator& op) {
  const ElementType type = op.input(0).type;
  if (type != ElementType::s8 && type != ElementType::u8) return true;
  op.error(fmt::format("has operands of type {}", to_string(type)),
           "leave this operator in float32 when the model is quantized");
  return false;
}

/// The operator as it is, or with its operands exchanged.
void comparison(Operator& op, const OpDef& def, bool reversed = false) {
  if (!op.takes(2, 2) || !scaled(op)) return;
  std::vector<TensorId> operands = op.inputs;
  if (reversed) std::swap(operands[0], operands[1]);
  op.node(def, def.attributes.make(), operands);
}

}  // namespace

void float_function(Operator& op, const OpDef& def) {
  if (op.takes(1, 1) && no_bytes(op)) op.node(def, def.attributes.make(), op.inputs);
}

/// Of 8-bit numbers of one scale, it is a table; with two, the format rounds twice.
void abs(Operator& op) {
  if (!op.takes(1, 1) || !scaled(op)) return;
  if (op.input(0).quantization != op.output().quantization && !no_bytes(op)) return;
  op.node(ops::abs, ops::abs.attributes.make(), op.inputs);
}

void elu(Operator& op) {
  if (op.takes(1, 1)) op.node(ops::elu, ops::EluAttributes{}, op.inputs);
}

void square(Operator& op) {
  if (op.takes(1, 1) && no_bytes(op))
    op.node(ops::mul, ops::MulAttributes{}, {op.inputs[0], op.inputs[0]});
}

void squared_difference(Operator& op) {
  if (!op.takes(2, 2) || !no_bytes(op)) return;
  const TensorId difference =
      op.intermediate(ops::sub, ops::SubAttributes{}, op.inputs, op.output().shape);
  op.node(ops::mul, ops::MulAttributes{}, {difference, difference});
}

void div(Operator& op) {
  const auto* table = op.table(&format::Operator::builtin_options_as_DivOptions);
  if (!table || !op.takes(2, 2) || !no_bytes(op)) return;
  const auto activation = op.activation(table->fused_activation_function());
  if (activation) op.node(ops::div, ops::DivAttributes{.activation = *activation}, op.inputs);
}

void pow(Operator& op) {
  plain(op, ops::pow, 2);
}
void floor_mod(Operator& op) {
  if (op.takes(2, 2)) op.node(ops::mod, ops::ModAttributes{.floored = true}, op.inputs);
}
void equal(Operator& op) {
  comparison(op, ops::equal);
}
void not_equal(Operator& op) {
  if (!op.takes(2, 2) || !scaled(op)) return;
  const TensorId equal =
      op.intermediate(ops::equal, ops::equal.attributes.make(), op.inputs, op.output().shape);
  op.node(ops::logical_not, ops::logical_not.attributes.make(), {equal});
}
void less(Operator& op) {
  comparison(op, ops::less);
}
void less_equal(Operator& op) {
  comparison(op, ops::less_equal);
}
void greater(Operator& op) {
  comparison(op, ops::less, true);
}
void greater_equal(Operator& op) {
  comparison(op, ops::less_equal, true);
}
void logical_and(Operator& op) {
  plain(op, ops::logical_and, 2);
}
void logical_or(Operator& op) {
  plain(op, ops::logical_or, 2);
}
void logical_not(Operator& op) {
  plain(op, ops::logical_not, 1);
}

/// SELECT's condition may have one dimension, the outermost of the others; SELECT_V2's broadcasts.
void select(Operator& op) {
  if (!op.takes(3, 3)) return;
  const bool outermost =
      op.place.kind == "SELECT" && op.input(0).shape.size() == 1 && op.input(1).shape.size() > 1;
  if (outermost)
    return op.error("chooses whole rows", "use where with a condition of the operands' shape");
  op.node(ops::where, ops::where.attributes.make(), op.inputs);
}

}  // namespace smelt::tflite
