// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/ops/scaling.h"

namespace smelt {
namespace {

/// To Q4, which has 27 bits of fraction.
double argument_scale(const NodeView& view) {
  return scale_of(view.input(0)) * (1 << 27);
}

/// Inputs that many steps from the zero point have arguments of 15 or more. Without the kernel's
/// saturation there, larger arguments would leave 32 bits.
std::int64_t radius(const NodeView& view) {
  const int shift = quantize_multiplier(argument_scale(view)).shift;
  // Any radius beyond all bytes serves.
  return static_cast<std::int64_t>(
      std::min(1024.0, std::floor(15.0 * (1 << 27) / std::exp2(shift))));
}

}  // namespace

void check_curve(const NodeView& view, const CurveOutput& output, Diagnostics& diagnostics) {
  using enum ElementType;
  if (!check_unary(view, {f32, s8, u8}, diagnostics) || view.input(0).type == f32) return;
  const Quantization& given = view.output().quantization;
  const std::int32_t zero_point =
      view.output().type == s8 ? output.zero_point_s8 : output.zero_point_u8;
  if (given.scale() == output.scale && given.zero_point() == zero_point) return;
  diagnostics
      .error(place_of(view.graph, view.node), fmt::format("output has scale {:g} and zero point {}",
                                                          given.scale(), given.zero_point()))
      .note(fmt::format("its range is known: quantize it with scale 1/{} and zero point {}",
                        1 / output.scale, zero_point));
}

std::vector<Field> curve_fields(const NodeView& view) {
  return {int_field("input_zero_point", view.input(0).quantization.zero_point()),
          int_field("radius", radius(view)), scaling_field("argument", argument_scale(view)),
          output_range_field(view.output(), range_of(view.output().type))};
}

}  // namespace smelt
