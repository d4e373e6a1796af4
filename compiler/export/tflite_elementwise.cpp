// SPDX-License-Identifier: Apache-2.0
//
// Element by element: arithmetic, activations, changes of representation.
#include <fmt/format.h>

#include "compiler/export/tflite_operator.h"
#include "compiler/ops/add.h"
#include "compiler/ops/div.h"
#include "compiler/ops/elu.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/mod.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/sub.h"

namespace smelt::tflite_writer {
namespace {

/// 8-bit numbers without a scale are none to the format.
void require_scales(Operator& op) {
  const Tensor& tensor = op.view.input(0);
  if (byte_size(tensor.type) == 1 && tensor.type != ElementType::boolean &&
      !tensor.quantization.present())
    op.error(fmt::format("computes with type {} without a scale", to_string(tensor.type)),
             "cast to 32 bits first");
}

void refuse_bytes(Operator& op) {
  op.error("computes with 8-bit numbers otherwise than the format does",
           "leave this operator in float32");
}

/// 16-bit sums of general scales say so; of other types the option says nothing.
bool pot_scale(const Operator& op) {
  return op.view.input(0).type != ElementType::s16;
}

}  // namespace

void add(Operator& op) {
  require_scales(op);
  const auto activation = activation_type(op.attributes<ops::AddAttributes>().activation);
  op.set_options(format::CreateAddOptions(op.file, activation, pot_scale(op)));
}

void sub(Operator& op) {
  require_scales(op);
  const auto activation = activation_type(op.attributes<ops::SubAttributes>().activation);
  op.set_options(format::CreateSubOptions(op.file, activation, pot_scale(op)));
}

void mul(Operator& op) {
  require_scales(op);
  const auto activation = activation_type(op.attributes<ops::MulAttributes>().activation);
  op.set_options(format::CreateMulOptions(op.file, activation));
}

void of_scaled(Operator& op) {
  require_scales(op);
  empty_options(op);
}

void floats_only(Operator& op) {
  if (byte_size(op.view.input(0).type) == 1) refuse_bytes(op);
  if (op.options_type != format::BuiltinOptions::NONE) empty_options(op);
}

void abs(Operator& op) {
  require_scales(op);
  if (op.view.input(0).quantization != op.view.output().quantization) refuse_bytes(op);
  empty_options(op);
}

void elu(Operator& op) {
  const auto& [alpha, slope, rate] = op.attributes<ops::EluAttributes>();
  if (alpha != 1 || slope != 1 || rate != 1)
    op.error("has factors other than 1", "the format's ELU has none");
}

void div(Operator& op) {
  if (byte_size(op.view.input(0).type) == 1) refuse_bytes(op);
  const auto activation = activation_type(op.attributes<ops::DivAttributes>().activation);
  op.set_options(format::CreateDivOptions(op.file, activation));
}

void mod(Operator& op) {
  if (!op.attributes<ops::ModAttributes>().floored)
    op.error("has the sign of the dividend", "the format's FLOOR_MOD has that of the divisor");
  empty_options(op);
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
