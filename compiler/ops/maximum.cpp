// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/maximum.h"

#include "compiler/ops/binary.h"
#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/scaling.h"
#include "smelt/minmax.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (check_binary(view, {f32, s8, u8, s16, s32}, diagnostics) &&
      check_same_quantization(view, view.input(0), "the first operand", diagnostics))
    check_same_quantization(view, view.input(1), "the second operand", diagnostics);
}

template <auto kernel>
void lower(const NodeView& view, StepBuilder& builder) {
  lower_binary(view, builder, "smelt/minmax.h", invoke<kernel>, {broadcast_field(view)});
}

constexpr KernelRow kernels[] = {
    {"maximum_s8", takes<ElementType::s8>, lower<&smelt::maximum_s8>},
    {"maximum_u8", takes<ElementType::u8>, lower<&smelt::maximum_u8>},
    {"maximum_s16", takes<ElementType::s16>, lower<&smelt::maximum_s16>},
    {"maximum_f32", takes<ElementType::f32>, lower<&smelt::maximum_f32>},
    {"maximum_s32", takes<ElementType::s32>, lower<&smelt::maximum_s32>},
};

}  // namespace

const OpDef maximum = {
    .name = "maximum",
    .operands = {"a", "b"},
    .check = check,
    .infer = infer_binary,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
    .in_place = true,
};

}  // namespace smelt::ops
