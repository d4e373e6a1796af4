// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/dequantize_linear.h"

#include <algorithm>

#include "compiler/ops/channels.h"
#include "compiler/ops/linear_scales.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "smelt/dequantize_linear.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  const Tensor& input = view.input(0);
  if (!check_type(view, input, "input", {s8, u8, s16, s32}, diagnostics) ||
      !check_linear_scales(view, input.type, diagnostics) || input.type != s32)
    return;
  const std::vector<std::int64_t> zeros = integers(view.input(2));
  if (std::any_of(zeros.begin(), zeros.end(), [](std::int64_t zero) { return zero != 0; }))
    diagnostics.error(place_of(view.graph, view.node), "32-bit integers have a zero point")
        .note("quantize biases symmetrically, with zero point 0");
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{ElementType::f32, view.input(0).shape}};
}

template <ElementType type>
bool takes_type(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

template <auto kernel>
void lower(const NodeView& view, StepBuilder& builder) {
  lower_linear(view, builder, "smelt/dequantize_linear.h", invoke<kernel>, {});
}

using enum ElementType;
constexpr KernelRow kernels[] = {
    {"dequantize_linear_s8", takes_type<s8>, lower<&smelt::dequantize_linear<int8_t>>},
    {"dequantize_linear_u8", takes_type<u8>, lower<&smelt::dequantize_linear<uint8_t>>},
    {"dequantize_linear_s16", takes_type<s16>, lower<&smelt::dequantize_linear<int16_t>>},
    {"dequantize_linear_s32", takes_type<s32>, lower<&smelt::dequantize_linear<int32_t>>},
};

}  // namespace

const OpDef dequantize_linear = {
    .name = "dequantize_linear",
    .operands = {"input", "scale", "zero_point"},
    .check = check,
    .infer = infer,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
