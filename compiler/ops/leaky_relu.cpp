// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/leaky_relu.h"

#include <fmt/format.h>

#include <cmath>

#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization_rules.h"
#include "compiler/ops/scaling.h"
#include "compiler/ops/unary.h"
#include "smelt/leaky_relu.h"

namespace smelt::ops {
namespace {

float alpha(const NodeView& view) {
  return view.attributes<LeakyReluAttributes>().alpha;
}

/// Both multipliers in float: the reference does so.
double positive_scale(const NodeView& view) {
  return view.input(0).quantization.scale() / view.output().quantization.scale();
}
double negative_scale(const NodeView& view) {
  return view.input(0).quantization.scale() * std::abs(alpha(view)) /
         view.output().quantization.scale();
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (!check_unary(view, {f32, s8, u8, s16}, diagnostics)) return;
  if (!std::isfinite(alpha(view))) {
    diagnostics.error(place_of(view.graph, view.node), fmt::format("alpha is {}", alpha(view)))
        .note("it must be a finite number");
    return;
  }
  if (view.input(0).type == f32) return;
  const std::int64_t largest = largest_offset(view.input(0));
  if (check_scaling(view, positive_scale(view), largest, diagnostics))
    check_scaling(view, negative_scale(view), largest, diagnostics);
}

UnaryCall call(const NodeView& view, std::int32_t count) {
  constexpr auto header = "smelt/leaky_relu.h";
  if (view.input(0).type == ElementType::f32)
    return unary_call<&smelt::leaky_relu_f32>("leaky_relu_f32", header, count,
                                              {float_field("slope", alpha(view))});
  std::vector<Field> fields{int_field("input_zero_point", view.input(0).quantization.zero_point()),
                            scaling_field("positive", positive_scale(view)),
                            scaling_field("negative", negative_scale(view)),
                            int_field("sign", alpha(view) < 0 ? -1 : 1),
                            output_range_field(view.output(), range_of(view.output().type))};
  switch (view.input(0).type) {
    case ElementType::s8:
      return unary_call<&smelt::leaky_relu_s8>("leaky_relu_s8", header, count, std::move(fields));
    case ElementType::u8:
      return unary_call<&smelt::leaky_relu_u8>("leaky_relu_u8", header, count, std::move(fields));
    default:
      return unary_call<&smelt::leaky_relu_s16>("leaky_relu_s16", header, count, std::move(fields));
  }
}

}  // namespace

const OpDef leaky_relu = {
    .name = "leaky_relu",
    .operands = {"input"},
    .attributes = attribute_table<LeakyReluAttributes>(),
    .check = check,
    .infer = infer_unary,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .quantization = &rescaling,
    .kernels = table_kernels<call>,
};

}  // namespace smelt::ops
