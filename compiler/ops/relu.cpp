// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/relu.h"

#include "compiler/ops/channels.h"
#include "compiler/ops/clamp.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization_rules.h"
#include "compiler/ops/scaling.h"
#include "smelt/requantize.h"

namespace smelt::ops {
namespace {

/// In float: the reference does so.
double scale(const NodeView& view) {
  return view.input(0).quantization.scale() / view.output().quantization.scale();
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (check_unary(view, {f32, s8, u8, s16}, diagnostics) && view.input(0).type != f32)
    check_scaling(view, scale(view), largest_offset(view.input(0)), diagnostics);
}

/// A multiplier of 1 changes nothing, however it rounds.
bool keeps_scale(const NodeView& view, const Target&) {
  return view.input(0).quantization == view.output().quantization;
}

UnaryCall call(const NodeView& view, std::int32_t count) {
  if (view.input(0).type == ElementType::f32) return clamp_call(view, Activation::relu, count);
  std::vector<Field> fields{
      int_field("input_zero_point", view.input(0).quantization.zero_point()),
      scaling_field("scale", scale(view)),
      output_range_field(view.output(), quantized_range(Activation::relu, view.output()))};
  constexpr auto header = "smelt/requantize.h";
  switch (view.input(0).type) {
    case ElementType::s8:
      return unary_call<&smelt::requantize_s8<std::int8_t>>("requantize_s8", header, count,
                                                            std::move(fields));
    case ElementType::u8:
      return unary_call<&smelt::requantize_u8<std::uint8_t>>("requantize_u8", header, count,
                                                             std::move(fields));
    default:
      return unary_call<&smelt::requantize_s16<std::int16_t>>("requantize_s16", header, count,
                                                              std::move(fields));
  }
}

void lower_clamp(const NodeView& view, StepBuilder& builder) {
  lower_call(view, clamp_call(view, Activation::relu, count_of(view)), builder);
}

constexpr KernelRow kernels[] = {
    {"clamp", keeps_scale, lower_clamp},
    table_row<call>,
    portable_row<call>,
};

}  // namespace

const OpDef relu = {
    .name = "relu",
    .operands = {"input"},
    .check = check,
    .infer = infer_unary,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .quantization = &rescaling,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
