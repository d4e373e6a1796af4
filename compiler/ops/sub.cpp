// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/sub.h"

#include <algorithm>

#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/scaling.h"
#include "compiler/ops/sum.h"
#include "smelt/add.h"

namespace smelt::ops {
namespace {

/// In float, unlike add: the reference does so.
SumScales scales(const NodeView& view) {
  const float a = view.input(0).quantization.scale();
  const float b = view.input(1).quantization.scale();
  const float twice = 2 * std::max(a, b);
  const float unit = static_cast<float>(sum_unit(view)) * view.output().quantization.scale();
  return {a / twice, b / twice, twice / unit};
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  check_sum(view, scales, diagnostics);
}

template <auto kernel>
void lower_quantized(const NodeView& view, StepBuilder& builder) {
  const Activation activation = view.attributes<SubAttributes>().activation;
  lower_binary(view, builder, "smelt/add.h", invoke<kernel>,
               sum_fields(view, scales(view), activation), activation);
}

template <auto kernel>
void lower_clamped(const NodeView& view, StepBuilder& builder) {
  const Activation activation = view.attributes<SubAttributes>().activation;
  lower_binary(view, builder, "smelt/add.h", invoke<kernel>, clamped_fields(view, activation),
               activation);
}

constexpr KernelRow kernels[] = {
    {"sub_s8", takes<ElementType::s8>, lower_quantized<&smelt::sub_s8>},
    {"sub_u8", takes<ElementType::u8>, lower_quantized<&smelt::sub_u8>},
    {"sub_s16", takes<ElementType::s16>, lower_quantized<&smelt::sub_s16>},
    {"sub_f32", takes<ElementType::f32>, lower_clamped<&smelt::sub_f32>},
    {"sub_s32", takes<ElementType::s32>, lower_clamped<&smelt::sub_s32>},
};

}  // namespace

const OpDef sub = {
    .name = "sub",
    .operands = {"a", "b"},
    .attributes = attribute_table<SubAttributes>(),
    .check = check,
    .infer = infer_binary,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
    .in_place = true,
};

}  // namespace smelt::ops
