// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/mul.h"

#include "compiler/ops/binary.h"
#include "compiler/ops/scaling.h"
#include "smelt/mul.h"

namespace smelt::ops {
namespace {

double product_scale(const NodeView& view) {
  return scale_of(view.input(0)) * scale_of(view.input(1)) / scale_of(view.output());
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (!check_arithmetic(view, {f32, s8, u8, s16, s32, s64}, diagnostics)) return;
  if (!check_activation(view, view.attributes<MulAttributes>().activation, diagnostics)) return;
  if (view.input(0).type == f32 || is_plain(view)) return;
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

void lower_plain(const NodeView& view, StepBuilder& builder) {
  lower_integers<[]<typename T>() { return invoke<&smelt::mul_integers<T>>; }>(
      view, builder, "mul_integers", "smelt/mul.h");
}

constexpr KernelRow kernels[] = {
    {"mul_integers", takes_plain, lower_plain},
    {"mul_s8", takes_scaled<ElementType::s8>, lower_quantized<&smelt::mul_s8>},
    {"mul_u8", takes_scaled<ElementType::u8>, lower_quantized<&smelt::mul_u8>},
    {"mul_s16", takes_scaled<ElementType::s16>, lower_quantized<&smelt::mul_s16>},
    {"mul_f32", takes<ElementType::f32>, lower_clamped<&smelt::mul_f32>},
    {"mul_s32", takes<ElementType::s32>, lower_clamped<&smelt::mul_s32>},
};

}  // namespace

const OpDef mul =
    quantizable(rescaling, binary_op(
                               "mul", check, [] { return std::span<const KernelRow>(kernels); },
                               attribute_table<MulAttributes>()));

}  // namespace smelt::ops
