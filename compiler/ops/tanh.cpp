// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/tanh.h"

#include "compiler/ops/channels.h"
#include "compiler/ops/curve.h"
#include "compiler/ops/permutation.h"
#include "smelt/curve_s16.h"
#include "smelt/tanh.h"
#include "smelt/tanh_f32.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  check_curve(view, {.scale = 1.0F / 128, .zero_point_s8 = 0, .zero_point_u8 = 128}, diagnostics);
}

UnaryCall call(const NodeView& view, std::int32_t count) {
  if (view.input(0).type == ElementType::f32)
    return unary_call<&smelt::tanh_f32>("tanh_f32", "smelt/tanh_f32.h", count);
  constexpr auto header = "smelt/tanh.h";
  return view.input(0).type == ElementType::s8
             ? unary_call<&smelt::tanh_s8>("tanh_s8", header, count, curve_fields(view))
             : unary_call<&smelt::tanh_u8>("tanh_u8", header, count, curve_fields(view));
}

Quantization output_quantization(ElementType type) {
  return Quantization{{type == ElementType::s16 ? 1.0F / 32768 : 1.0F / 128}, {0}};
}

const QuantizationRule quantization = {
    .operands = {QuantizationRule::Role::activation},
    .output = output_quantization,
};

constexpr KernelRow kernels[] = {
    {"tanh_s16", is_curve_s16,
     [](const NodeView& view, StepBuilder& builder) {
       lower_curve_s16(view, invoke<&smelt::tanh_s16>, 1, builder);
     }},
    table_row<call>,
    {"portable", is_curve, portable_row<call>.lower},
};

}  // namespace

const OpDef tanh = {
    .name = "tanh",
    .operands = {"input"},
    .check = check,
    .infer = infer_unary,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .quantization = &quantization,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
