// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/prelu.h"

#include <fmt/format.h>

#include "compiler/ops/binary.h"
#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization_rules.h"
#include "compiler/ops/scaling.h"
#include "smelt/prelu.h"

namespace smelt::ops {
namespace {

double positive_scale(const NodeView& view) {
  return scale_of(view.input(0)) / scale_of(view.output());
}
double negative_scale(const NodeView& view) {
  return scale_of(view.input(0)) * scale_of(view.input(1)) / scale_of(view.output());
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  const ElementType type = view.input(0).type;
  if (!check_binary(view, {f32, s8, u8, s16}, diagnostics, type == s16 ? s8 : type)) return;
  const Shape& input = view.input(0).shape;
  if (broadcast_shape(input, view.input(1).shape) != input) {
    diagnostics
        .error(place_of(view.graph, view.node),
               fmt::format("slopes {} exceed the input {}", to_string(view.input(1).shape),
                           to_string(input)))
        .note("give one slope, or one per channel or element");
    return;
  }
  if (type == f32) return;
  const std::int64_t largest = largest_offset(view.input(0));
  if (check_scaling(view, positive_scale(view), largest, diagnostics))
    check_scaling(view, negative_scale(view), largest * largest_offset(view.input(1)), diagnostics);
}

template <auto kernel>
void lower_quantized(const NodeView& view, StepBuilder& builder) {
  lower_binary(view, builder, "smelt/prelu.h", invoke<kernel>,
               {broadcast_field(view),
                int_field("input_zero_point", view.input(0).quantization.zero_point()),
                int_field("slope_zero_point", view.input(1).quantization.zero_point()),
                scaling_field("positive", positive_scale(view)),
                scaling_field("negative", negative_scale(view)),
                output_range_field(view.output(), range_of(view.output().type))});
}

void lower_f32(const NodeView& view, StepBuilder& builder) {
  lower_binary(view, builder, "smelt/prelu.h", invoke<&smelt::prelu_f32>, {broadcast_field(view)});
}

constexpr KernelRow kernels[] = {
    {"prelu_s8", takes<ElementType::s8>, lower_quantized<&smelt::prelu_s8>},
    {"prelu_u8", takes<ElementType::u8>, lower_quantized<&smelt::prelu_u8>},
    {"prelu_s16", takes<ElementType::s16>, lower_quantized<&smelt::prelu_s16>},
    {"prelu_f32", takes<ElementType::f32>, lower_f32},
};

const QuantizationRule quantization = {
    .operands = {QuantizationRule::Role::activation, QuantizationRule::Role::narrow}};

}  // namespace

const OpDef prelu = {
    .name = "prelu",
    .operands = {"input", "slope"},
    .check = check,
    .infer = infer_binary,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .quantization = &quantization,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
    .in_place = true,
};

}  // namespace smelt::ops
