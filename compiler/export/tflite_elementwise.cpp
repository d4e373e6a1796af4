// SPDX-License-Identifier: Apache-2.0
//
// Element by element: arithmetic, activations, changes of representation.
#include "compiler/export/tflite_operator.h"
#include "compiler/ops/add.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/sub.h"

namespace smelt::tflite_writer {

namespace {

/// 16-bit sums of general scales say so; of other types the option says nothing.
bool pot_scale(const Operator& op) {
  return op.view.input(0).type != ElementType::s16;
}

}  // namespace

void add(Operator& op) {
  const auto activation = activation_type(op.attributes<ops::AddAttributes>().activation);
  op.set_options(format::CreateAddOptions(op.file, activation, pot_scale(op)));
}

void sub(Operator& op) {
  const auto activation = activation_type(op.attributes<ops::SubAttributes>().activation);
  op.set_options(format::CreateSubOptions(op.file, activation, pot_scale(op)));
}

void mul(Operator& op) {
  const auto activation = activation_type(op.attributes<ops::MulAttributes>().activation);
  op.set_options(format::CreateMulOptions(op.file, activation));
}

void leaky_relu(Operator& op) {
  const float alpha = op.attributes<ops::LeakyReluAttributes>().alpha;
  op.set_options(format::CreateLeakyReluOptions(op.file, alpha));
}

void cast(Operator& op) {
  op.set_options(format::CreateCastOptions(op.file, tensor_type(op.view.input(0).type),
                                           tensor_type(op.view.output().type)));
}

void quantize(Operator& op) {
  if (op.view.output().type == ElementType::s16) op.version = 2;
  empty_options(op);
}

void no_options(Operator&) {}

void empty_options(Operator& op) {
  op.set_options(format::CreateNoOptions(op.file));
}

}  // namespace smelt::tflite_writer
