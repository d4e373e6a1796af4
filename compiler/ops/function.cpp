// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/function.h"

#include <fmt/format.h>

#include <cmath>

#include "compiler/ops/scaling.h"

namespace smelt {

bool check_function(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (!check_unary(view, {f32, s8, u8}, diagnostics)) return false;
  if (view.input(0).type == f32) return true;
  const float scale = view.output().quantization.scale();
  if (std::isnormal(1 / scale)) return true;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("output scale {:g} has no inverse among floats", scale))
      .note("give the output a scale near those of the other tensors");
  return false;
}

std::vector<Field> function_fields(const NodeView& view) {
  const Quantization& input = view.input(0).quantization;
  return {int_field("input_zero_point", input.zero_point()),
          float_field("input_scale", input.scale()),
          float_field("inverse_output_scale", 1 / view.output().quantization.scale()),
          output_range_field(view.output(), range_of(view.output().type))};
}

bool maps_quantized(const NodeView& view, const Target& target) {
  return maps_bytes(view, target) && view.input(0).quantization.present();
}

}  // namespace smelt
