// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/quantize.h"

#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/scaling.h"
#include "compiler/ops/unary.h"
#include "smelt/quantize.h"
#include "smelt/requantize.h"

namespace smelt::ops {
namespace {

double scale(const NodeView& view) {
  return scale_of(view.input(0)) / scale_of(view.output());
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  const Tensor& input = view.input(0);
  if (!check_type(view, input, "input", {f32, s8, u8, s16}, diagnostics) ||
      !check_type(view, view.output(), "output", {s8, u8, s16}, diagnostics) ||
      !check_quantized(view, view.output(), "output", diagnostics) || input.type == f32)
    return;
  if (check_quantized(view, input, "input", diagnostics))
    check_scaling(view, scale(view), largest_offset(input), diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.output().type, view.input(0).shape}};
}

UnaryCall from_floats(const NodeView& view, std::int32_t count) {
  constexpr auto header = "smelt/quantize.h";
  std::vector<Field> fields{float_field("scale", view.output().quantization.scale()),
                            output_range_field(view.output(), range_of(view.output().type))};
  switch (view.output().type) {
    case ElementType::s8:
      return unary_call<&smelt::quantize_s8>("quantize_s8", header, count, std::move(fields));
    case ElementType::u8:
      return unary_call<&smelt::quantize_u8>("quantize_u8", header, count, std::move(fields));
    default:
      return unary_call<&smelt::quantize_s16>("quantize_s16", header, count, std::move(fields));
  }
}

template <typename Input>
UnaryCall from_integers(const NodeView& view, std::int32_t count) {
  constexpr auto header = "smelt/requantize.h";
  std::vector<Field> fields{int_field("input_zero_point", view.input(0).quantization.zero_point()),
                            scaling_field("scale", scale(view)),
                            output_range_field(view.output(), range_of(view.output().type))};
  switch (view.output().type) {
    case ElementType::s8:
      return unary_call<&smelt::requantize_s8<Input>>("requantize_s8", header, count,
                                                      std::move(fields));
    case ElementType::u8:
      return unary_call<&smelt::requantize_u8<Input>>("requantize_u8", header, count,
                                                      std::move(fields));
    default:
      return unary_call<&smelt::requantize_s16<Input>>("requantize_s16", header, count,
                                                       std::move(fields));
  }
}

UnaryCall call(const NodeView& view, std::int32_t count) {
  switch (view.input(0).type) {
    case ElementType::s8: return from_integers<std::int8_t>(view, count);
    case ElementType::u8: return from_integers<std::uint8_t>(view, count);
    case ElementType::s16: return from_integers<std::int16_t>(view, count);
    default: return from_floats(view, count);
  }
}

}  // namespace

const OpDef quantize = {
    .name = "quantize",
    .operands = {"input"},
    .check = check,
    .infer = infer,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .kernels = table_kernels<call>,
};

}  // namespace smelt::ops
