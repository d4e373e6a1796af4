// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/clamp.h"

#include "compiler/ops/scaling.h"
#include "smelt/clamp.h"

namespace smelt {

void check_clamp(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (check_unary(view, {f32, s8, u8, s16}, diagnostics))
    check_same_quantization(view, view.input(0), "input", diagnostics);
}

UnaryCall clamp_call(const NodeView& view, Activation activation, std::int32_t count) {
  constexpr auto header = "smelt/clamp.h";
  if (view.input(0).type == ElementType::f32) {
    const FloatRange range = float_range(activation);
    return unary_call<&smelt::clamp_f32>(
        "clamp_f32", header, count, {float_field("min", range.min), float_field("max", range.max)});
  }
  const IntegerRange range = quantized_range(activation, view.input(0));
  std::vector<Field> fields{int_field("min", range.min), int_field("max", range.max)};
  switch (view.input(0).type) {
    case ElementType::s8:
      return unary_call<&smelt::clamp_s8>("clamp_s8", header, count, std::move(fields));
    case ElementType::u8:
      return unary_call<&smelt::clamp_u8>("clamp_u8", header, count, std::move(fields));
    default: return unary_call<&smelt::clamp_s16>("clamp_s16", header, count, std::move(fields));
  }
}

}  // namespace smelt
