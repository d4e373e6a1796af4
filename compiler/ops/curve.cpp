// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/ops/scaling.h"
#include "compiler/ops/sigmoid_table.h"

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

/// From 16-bit inputs to the table's arguments, which are real numbers times 3 * 2^12.
double table_scale(const NodeView& view) {
  return scale_of(view.input(0)) * 3 * 4096;
}

/// An argument is input * multiplier / 2^right.
struct TableArgument {
  std::int32_t multiplier = 0, right = 0;
};

TableArgument table_argument(const NodeView& view, int max_shift) {
  // In float, as the reference, which also takes what is nearly a power of two for one.
  const float log2 = std::log(view.input(0).quantization.scale()) * (1.0F / std::log(2.0F));
  const float shift = 12 + std::round(log2);
  if (std::abs(log2 - std::round(log2)) < 1e-3F && shift >= 0 &&
      shift <= static_cast<float>(max_shift))
    return {3 << static_cast<int>(shift), 0};
  double real = table_scale(view);
  std::int32_t right = 0;
  for (; real <= 32767.0 / 2 && right < 31; ++right) real *= 2;
  return {static_cast<std::int32_t>(real), right};
}

}  // namespace

void check_curve(const NodeView& view, const CurveOutput& output, Diagnostics& diagnostics) {
  using enum ElementType;
  const ElementType type = view.input(0).type;
  if (!check_unary(view, {f32, s8, u8, s16}, diagnostics) || type == f32) return;
  if (type == s16 && table_scale(view) >= 65536)
    diagnostics
        .error(place_of(view.graph, view.node),
               fmt::format("the input's scale {:g} is too large", scale_of(view.input(0))))
        .note("16-bit inputs of this curve have a scale of at most 5");
  const Quantization& given = view.output().quantization;
  const float scale = type == s16 ? 1.0F / 32768 : output.scale;
  const std::int32_t zero_point = type == s16  ? 0
                                  : type == s8 ? output.zero_point_s8
                                               : output.zero_point_u8;
  if (given.scale() == scale && given.zero_point() == zero_point) return;
  diagnostics
      .error(place_of(view.graph, view.node), fmt::format("output has scale {:g} and zero point {}",
                                                          given.scale(), given.zero_point()))
      .note(fmt::format("its range is known: quantize it with scale 1/{} and zero point {}",
                        1 / scale, zero_point));
}

std::vector<Field> curve_fields(const NodeView& view) {
  return {int_field("input_zero_point", view.input(0).quantization.zero_point()),
          int_field("radius", radius(view)), scaling_field("argument", argument_scale(view)),
          output_range_field(view.output(), range_of(view.output().type))};
}

bool is_curve_s16(const NodeView& view, const Target&) {
  return view.input(0).type == ElementType::s16;
}

bool is_curve(const NodeView& view, const Target& target) {
  return !is_curve_s16(view, target);
}

void lower_curve_s16(const NodeView& view, void (*invoke)(const HostCall&), int max_shift,
                     StepBuilder& builder) {
  const TableArgument argument = table_argument(view, max_shift);
  const std::string name = fmt::format("{}_s16", view.node.op->name);
  lower_call(view,
             {{name, "smelt/curve_s16.h", invoke},
              {name + "_layer",
               {int_field("count", count_of(view)), int_field("multiplier", argument.multiplier),
                int_field("right", argument.right),
                constant_field("sigmoid", builder.table("sigmoid", sigmoid_table()))},
               {}}},
             builder);
}

}  // namespace smelt
