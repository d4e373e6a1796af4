// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/sub.h"

#include <algorithm>

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
  check_sum(view, view.attributes<SubAttributes>().activation, scales, diagnostics);
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

void lower_plain(const NodeView& view, StepBuilder& builder) {
  lower_integers<[]<typename T>() { return invoke<&smelt::sub_integers<T>>; }>(
      view, builder, "sub_integers", "smelt/add.h");
}

constexpr KernelRow kernels[] = {
    {"sub_integers", takes_plain, lower_plain},
    {"sub_s8", takes_scaled<ElementType::s8>, lower_quantized<&smelt::sub_s8>},
    {"sub_u8", takes_scaled<ElementType::u8>, lower_quantized<&smelt::sub_u8>},
    {"sub_s16", takes_scaled<ElementType::s16>, lower_quantized<&smelt::sub_s16>},
    {"sub_f32", takes<ElementType::f32>, lower_clamped<&smelt::sub_f32>},
    {"sub_s32", takes<ElementType::s32>, lower_clamped<&smelt::sub_s32>},
};

}  // namespace

const OpDef sub =
    quantizable(rescaling, binary_op(
                               "sub", check, [] { return std::span<const KernelRow>(kernels); },
                               attribute_table<SubAttributes>()));

}  // namespace smelt::ops
