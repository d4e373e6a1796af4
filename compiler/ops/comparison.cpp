// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/comparison.h"

#include <fmt/format.h>

#include "compiler/ops/binary.h"
#include "compiler/ops/quantization.h"
#include "smelt/comparison.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  const Tensor& a = view.input(0);
  const Tensor& b = view.input(1);
  if (!check_type(view, b, "the second operand", {a.type}, diagnostics) ||
      !check_type(view, view.output(), "output", {boolean}, diagnostics) ||
      !check_broadcast(view, diagnostics) || a.quantization == b.quantization)
    return;
  diagnostics
      .error(place_of(view.graph, view.node), "the operands have different scales or zero points")
      .note("QUANTIZE one of them to the other's first");
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{ElementType::boolean, infer_binary(view)[0].shape}};
}

/// Kernel NAME: `of` gives it for a type.
template <auto of>
OpDef comparison(std::string_view name) {
  static constexpr KernelRow kernels[] = {
      {"portable", always, [](const NodeView& view, StepBuilder& builder) {
         lower_elements<of>(view, builder, std::string(view.node.op->name), "smelt/comparison.h");
       }}};
  // In place: results are bytes, which end where their operands begin, or before.
  OpDef op = binary_op(name, check, [] { return std::span<const KernelRow>(kernels); });
  op.infer = infer;
  return op;
}

}  // namespace

const OpDef equal = comparison<[]<typename T>() { return invoke<&smelt::equal<T>>; }>("equal");
const OpDef less = comparison<[]<typename T>() { return invoke<&smelt::less<T>>; }>("less");
const OpDef less_equal =
    comparison<[]<typename T>() { return invoke<&smelt::less_equal<T>>; }>("less_equal");

}  // namespace smelt::ops
