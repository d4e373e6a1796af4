// SPDX-License-Identifier: Apache-2.0
//
// Element by element: arithmetic with broadcasting, activations, changes of representation.
#include <fmt/format.h>

#include "compiler/import/tflite_operators.h"
#include "compiler/ops/add.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/tanh.h"

namespace smelt::tflite {
namespace {

template <typename Attributes, typename Table>
void arithmetic(Operator& op, const OpDef& def, const Table* table) {
  if (!table || !op.takes(2, 2) || !scaled(op)) return;
  const auto activation = op.activation(table->fused_activation_function());
  if (activation) op.node(def, Attributes{.activation = *activation}, op.inputs);
}

}  // namespace

void plain(Operator& op, const OpDef& def, std::size_t operands) {
  if (op.takes(operands, operands)) op.node(def, def.attributes.make(), op.inputs);
}

bool scaled(Operator& op) {
  bool all = true;
  const auto look = [&](TensorId id) {
    if (id == no_tensor) return;
    const Tensor& tensor = op.graph[id];
    const bool narrow = tensor.type == ElementType::s8 || tensor.type == ElementType::u8;
    if (!narrow || tensor.quantization.present()) return;
    op.error(
        fmt::format("tensor \"{}\" has type {} but no scale", tensor.name, to_string(tensor.type)),
        "quantize activations with one scale and zero point per tensor");
    all = false;
  };
  for (const TensorId id : op.inputs) look(id);
  for (const TensorId id : op.outputs) look(id);
  return all;
}

void add(Operator& op) {
  arithmetic<ops::AddAttributes>(op, ops::add,
                                 op.table(&format::Operator::builtin_options_as_AddOptions));
}

void sub(Operator& op) {
  arithmetic<ops::SubAttributes>(op, ops::sub,
                                 op.table(&format::Operator::builtin_options_as_SubOptions));
}

void mul(Operator& op) {
  arithmetic<ops::MulAttributes>(op, ops::mul,
                                 op.table(&format::Operator::builtin_options_as_MulOptions));
}

void leaky_relu(Operator& op) {
  const auto* table = op.table(&format::Operator::builtin_options_as_LeakyReluOptions);
  if (table && op.takes(1, 1))
    op.node(ops::leaky_relu, ops::LeakyReluAttributes{.alpha = table->alpha()}, op.inputs);
}

void maximum(Operator& op) {
  if (scaled(op)) plain(op, ops::maximum, 2);
}
void minimum(Operator& op) {
  if (scaled(op)) plain(op, ops::minimum, 2);
}
void logistic(Operator& op) {
  plain(op, ops::logistic, 1);
}
void tanh(Operator& op) {
  plain(op, ops::tanh, 1);
}
void relu(Operator& op) {
  plain(op, ops::relu, 1);
}
void relu6(Operator& op) {
  plain(op, ops::relu6, 1);
}
void relu_n1_to_1(Operator& op) {
  plain(op, ops::relu_n1_to_1, 1);
}
void hard_swish(Operator& op) {
  plain(op, ops::hard_swish, 1);
}
void prelu(Operator& op) {
  plain(op, ops::prelu, 2);
}
void quantize(Operator& op) {
  plain(op, ops::quantize, 1);
}
void dequantize(Operator& op) {
  plain(op, ops::dequantize, 1);
}
void cast(Operator& op) {
  plain(op, ops::cast, 1);
}

}  // namespace smelt::tflite
