// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/quantize_linear.h"

#include "compiler/ops/channels.h"
#include "compiler/ops/linear_scales.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "smelt/quantize_linear.h"

namespace smelt::ops {
namespace {

template <ElementType input>
void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (check_type(view, view.input(0), "input", {input}, diagnostics) &&
      check_type(view, view.input(2), "zero point", {s8, u8, s16}, diagnostics))
    check_linear_scales(view, view.input(2).type, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(2).type, view.input(0).shape}};
}

template <ElementType type>
bool gives(const NodeView& view, const Target&) {
  return view.output().type == type;
}

template <auto kernel>
void lower(const NodeView& view, StepBuilder& builder) {
  const IntegerRange range = range_of(view.output().type);
  lower_linear(view, builder, "smelt/quantize_linear.h", invoke<kernel>,
               {int_field("min", range.min), int_field("max", range.max)});
}

using enum ElementType;
constexpr KernelRow kernels[] = {
    {"quantize_linear_s8", gives<s8>, lower<&smelt::quantize_linear<int8_t>>},
    {"quantize_linear_u8", gives<u8>, lower<&smelt::quantize_linear<uint8_t>>},
    {"quantize_linear_s16", gives<s16>, lower<&smelt::quantize_linear<int16_t>>},
};
constexpr KernelRow sum_kernels[] = {
    {"requantize_linear_s8", gives<s8>, lower<&smelt::requantize_linear<int8_t>>},
    {"requantize_linear_u8", gives<u8>, lower<&smelt::requantize_linear<uint8_t>>},
    {"requantize_linear_s16", gives<s16>, lower<&smelt::requantize_linear<int16_t>>},
};

}  // namespace

const OpDef quantize_linear = {
    .name = "quantize_linear",
    .operands = {"input", "scale", "zero_point"},
    .check = check<f32>,
    .infer = infer,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

const OpDef requantize_linear = {
    .name = "requantize_linear",
    .operands = {"input", "multiplier", "zero_point"},
    .check = check<s32>,
    .infer = infer,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .kernels = [] { return std::span<const KernelRow>(sum_kernels); },
};

}  // namespace smelt::ops
