// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/logic.h"

#include "compiler/ops/binary.h"
#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/unary.h"
#include "smelt/logic.h"

namespace smelt::ops {
namespace {

void check_two(const NodeView& view, Diagnostics& diagnostics) {
  check_binary(view, {ElementType::boolean}, diagnostics);
}

template <auto kernel>
OpDef logic(std::string_view name) {
  static constexpr KernelRow kernels[] = {
      {"portable", always, [](const NodeView& view, StepBuilder& builder) {
         binary_step(builder, {std::string(view.node.op->name), "smelt/logic.h", invoke<kernel>},
                     {"binary_layer", {broadcast_field(view)}, {}});
       }}};
  return binary_op(name, check_two, [] { return std::span<const KernelRow>(kernels); });
}

void check_one(const NodeView& view, Diagnostics& diagnostics) {
  if (check_type(view, view.input(0), "input", {ElementType::boolean}, diagnostics))
    check_type(view, view.output(), "output", {ElementType::boolean}, diagnostics);
}

void lower_not(const NodeView& view, StepBuilder& builder) {
  lower_call(view,
             {{"logical_not", "smelt/logic.h", invoke<&smelt::logical_not>},
              {"unary_layer", {int_field("count", count_of(view))}, {}}},
             builder);
}

constexpr KernelRow not_kernels[] = {{"portable", always, lower_not}};

}  // namespace

const OpDef logical_and = logic<&smelt::logical_and>("logical_and");
const OpDef logical_or = logic<&smelt::logical_or>("logical_or");
const OpDef logical_xor = logic<&smelt::logical_xor>("logical_xor");
const OpDef logical_not = {
    .name = "logical_not",
    .operands = {"input"},
    .check = check_one,
    .infer = infer_unary,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .kernels = [] { return std::span<const KernelRow>(not_kernels); },
};

}  // namespace smelt::ops
