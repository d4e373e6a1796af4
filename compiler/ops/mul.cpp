// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/mul.h"

#include "compiler/ops/binary.h"
#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/scaling.h"
#include "smelt/mul.h"

namespace smelt::ops {
namespace {

double product_scale(const NodeView& view) {
  return scale_of(view.input(0)) * scale_of(view.input(1)) / scale_of(view.output());
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (!check_binary(view, {f32, s8, u8, s16, s32}, diagnostics)) return;
  if (view.input(0).type == f32 || view.input(0).type == s32) return;
  const std::int64_t largest = largest_offset(view.input(0)) * largest_offset(view.input(1));
  check_scaling(view, product_scale(view), largest, diagnostics);
}

template <auto kernel>
void lower_quantized(const NodeView& view, StepBuilder& builder) {
  const Activation activation = view.attributes<MulAttributes>().activation;
  lower_binary(
      view, builder, "smelt/mul.h", invoke<kernel>,
      {broadcast_field(view), int_field("a_zero_point", view.input(0).quantization.zero_point()),
       int_field("b_zero_point", view.input(1).quantization.zero_point()),
       scaling_field("product", product_scale(view)),
       output_range_field(view.output(), quantized_range(activation, view.output()))},
      activation);
}

template <auto kernel>
void lower_clamped(const NodeView& view, StepBuilder& builder) {
  const Activation activation = view.attributes<MulAttributes>().activation;
  lower_binary(view, builder, "smelt/mul.h", invoke<kernel>, clamped_fields(view, activation),
               activation);
}

constexpr KernelRow kernels[] = {
    {"mul_s8", takes<ElementType::s8>, lower_quantized<&smelt::mul_s8>},
    {"mul_u8", takes<ElementType::u8>, lower_quantized<&smelt::mul_u8>},
    {"mul_s16", takes<ElementType::s16>, lower_quantized<&smelt::mul_s16>},
    {"mul_f32", takes<ElementType::f32>, lower_clamped<&smelt::mul_f32>},
    {"mul_s32", takes<ElementType::s32>, lower_clamped<&smelt::mul_s32>},
};

}  // namespace

const OpDef mul = {
    .name = "mul",
    .operands = {"a", "b"},
    .attributes = attribute_table<MulAttributes>(),
    .check = check,
    .infer = infer_binary,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
    .in_place = true,
};

}  // namespace smelt::ops
