// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/sum.h"

#include <fmt/format.h>

#include <cmath>

#include "compiler/ops/scaling.h"
#include "smelt/add.h"

namespace smelt {

std::int32_t sum_unit(const NodeView& view) {
  return 1 << (view.input(0).type == ElementType::s16 ? smelt::sum_bits_16 : smelt::sum_bits_8);
}

void check_sum(const NodeView& view, Activation activation, SumScales (*scales)(const NodeView&),
               Diagnostics& diagnostics) {
  using enum ElementType;
  if (!check_arithmetic(view, {f32, s8, u8, s16, s32, s64}, diagnostics)) return;
  if (!check_activation(view, activation, diagnostics)) return;
  if (view.input(0).type == f32 || is_plain(view)) return;
  const SumScales real = scales(view);
  const bool finite = std::isfinite(real.a) && std::isfinite(real.b) && std::isfinite(real.sum);
  if (finite && quantize_multiplier(real.sum).shift <= 0) return;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("output scale {:g} is less than 1/{} of twice the larger operand scale",
                         view.output().quantization.scale(), sum_unit(view)))
      .note("give the output a larger scale");
}

std::vector<Field> sum_fields(const NodeView& view, const SumScales& scales,
                              Activation activation) {
  return {broadcast_field(view),
          int_field("a_zero_point", view.input(0).quantization.zero_point()),
          int_field("b_zero_point", view.input(1).quantization.zero_point()),
          scaling_field("a", scales.a),
          scaling_field("b", scales.b),
          scaling_field("sum", scales.sum),
          output_range_field(view.output(), quantized_range(activation, view.output()))};
}

}  // namespace smelt
