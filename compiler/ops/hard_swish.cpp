// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/hard_swish.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization_rules.h"
#include "compiler/ops/scaling.h"
#include "compiler/ops/unary.h"
#include "smelt/hard_swish.h"

namespace smelt::ops {
namespace {

/// Kernels compute in steps of 1/128 of the input's; float, as the reference.
float fine_scale(const NodeView& view) {
  return view.input(0).quantization.scale() / 128;
}

double product_scale(const NodeView& view) {
  return fine_scale(view) / view.output().quantization.scale();
}
double ramp_scale(const NodeView& view) {
  return fine_scale(view) / (3.0F / 32768);
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (!check_unary(view, {f32, s8, u8}, diagnostics) || view.input(0).type == f32) return;
  const double product = product_scale(view);
  if (std::isfinite(product) && std::isfinite(ramp_scale(view)) &&
      quantize_multiplier(product).shift <= 0)
    return;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("input scale {:g} is too large for output scale {:g}",
                         view.input(0).quantization.scale(), view.output().quantization.scale()))
      .note("give the output at least 1/128 of the input's scale");
}

/// The multiplier with 16 bits. A left shift of 17 saturates all that a longer one would.
Field short_scaling_field(std::string_view name, double real) {
  const Multiplier scale = quantize_multiplier(real);
  const std::int64_t rounded = (std::int64_t{scale.multiplier} + (1 << 15)) >> 16;
  return labelled_field(name, {{"multiplier", std::min<std::int64_t>(rounded, 32767)},
                               {"shift", std::int64_t{std::min(scale.shift, 17)}}});
}

UnaryCall call(const NodeView& view, std::int32_t count) {
  constexpr auto header = "smelt/hard_swish.h";
  if (view.input(0).type == ElementType::f32)
    return unary_call<&smelt::hard_swish_f32>("hard_swish_f32", header, count);
  std::vector<Field> fields{int_field("input_zero_point", view.input(0).quantization.zero_point()),
                            short_scaling_field("product", product_scale(view)),
                            short_scaling_field("ramp", ramp_scale(view)),
                            output_range_field(view.output(), range_of(view.output().type))};
  return view.input(0).type == ElementType::s8
             ? unary_call<&smelt::hard_swish_s8>("hard_swish_s8", header, count, std::move(fields))
             : unary_call<&smelt::hard_swish_u8>("hard_swish_u8", header, count, std::move(fields));
}

}  // namespace

const OpDef hard_swish = {
    .name = "hard_swish",
    .operands = {"input"},
    .check = check,
    .infer = infer_unary,
    .channels = &channelwise,
    .untranspose = untranspose_elementwise,
    .quantization = &rescaling,
    .kernels = table_kernels<call>,
};

}  // namespace smelt::ops
