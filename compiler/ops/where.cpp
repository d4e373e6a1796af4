// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/where.h"

#include <fmt/format.h>

#include "compiler/ops/binary.h"
#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/scaling.h"
#include "smelt/where.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& a = view.input(1);
  if (check_type(view, view.input(0), "the condition", {ElementType::boolean}, diagnostics) &&
      check_type(view, view.input(2), "the last operand", {a.type}, diagnostics) &&
      check_type(view, view.output(), "output", {a.type}, diagnostics) &&
      check_broadcast(view, diagnostics) &&
      check_same_quantization(view, a, "the second operand", diagnostics))
    check_same_quantization(view, view.input(2), "the last operand", diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  const auto shape = broadcast_shape(view.input(1).shape, view.input(2).shape);
  return {{view.input(1).type, *broadcast_shape(view.input(0).shape, *shape)}};
}

std::vector<Field> fields(const NodeView& view) {
  const std::vector<BroadcastLoop> loops =
      kernel_loops({view.input(0).shape, view.input(1).shape, view.input(2).shape});
  const auto numbers = [&](std::string_view name, const auto& number) {
    std::vector<std::int32_t> values;
    for (const BroadcastLoop& loop : loops) values.push_back(number(loop));
    return ints_field(name, values);
  };
  return {numbers("extents", [](const BroadcastLoop& loop) { return loop.extent; }),
          numbers("condition_strides", [](const BroadcastLoop& loop) { return loop.strides[0]; }),
          numbers("a_strides", [](const BroadcastLoop& loop) { return loop.strides[1]; }),
          numbers("b_strides", [](const BroadcastLoop& loop) { return loop.strides[2]; })};
}

void lower(const NodeView& view, StepBuilder& builder) {
  Operand condition = builder.input(0), a = builder.input(1), b = builder.input(2);
  constexpr auto of = []<typename T>() { return invoke<&smelt::where<T>>; };
  builder.step({"where", "smelt/where.h", for_elements<of>(view.output().type)},
               {"where_layer", fields(view), {}}, {condition, a, b, builder.output()});
}

constexpr KernelRow kernels[] = {{"portable", always, lower}};

}  // namespace

// Not in place: the condition's elements are narrower than the output's.
const OpDef where = {
    .name = "where",
    .operands = {"condition", "a", "b"},
    .check = check,
    .infer = infer,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
