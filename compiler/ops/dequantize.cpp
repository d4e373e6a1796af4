// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/dequantize.h"

#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/unary.h"
#include "smelt/dequantize.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (check_type(view, view.input(0), "input", {s8, u8, s16}, diagnostics) &&
      check_type(view, view.output(), "output", {f32}, diagnostics))
    check_quantized(view, view.input(0), "input", diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{ElementType::f32, view.input(0).shape}};
}

UnaryCall call(const NodeView& view, std::int32_t count) {
  constexpr auto header = "smelt/dequantize.h";
  const Quantization& given = view.input(0).quantization;
  std::vector<Field> fields{int_field("zero_point", given.zero_point()),
                            float_field("scale", given.scale())};
  switch (view.input(0).type) {
    case ElementType::s8:
      return unary_call<&smelt::dequantize_s8>("dequantize_s8", header, count, std::move(fields));
    case ElementType::u8:
      return unary_call<&smelt::dequantize_u8>("dequantize_u8", header, count, std::move(fields));
    default:
      return unary_call<&smelt::dequantize_s16>("dequantize_s16", header, count, std::move(fields));
  }
}

}  // namespace

const OpDef dequantize = {
    .name = "dequantize",
    .operands = {"input"},
    .check = check,
    .infer = infer,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .kernels = direct_kernels<call>,
};

}  // namespace smelt::ops
