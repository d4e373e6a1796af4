// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/trilu.h"

#include <fmt/format.h>

#include <cstdlib>

#include "compiler/ops/movement.h"
#include "smelt/trilu.h"

namespace smelt::ops {
namespace {

/// Beyond it a diagonal is outside of any matrix, and sums of positions would overflow.
constexpr std::int32_t max_diagonal = 1 << 28;

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  const Place place = place_of(view.graph, view.node);
  const std::int32_t diagonal = view.attributes<TriluAttributes>().diagonal;
  if (!check_movable(view, input, "input", diagnostics)) return;
  if (input.shape.size() < 2)
    diagnostics.error(
        place, fmt::format("input has shape {}, which is no matrix", to_string(input.shape)));
  if (diagonal < -max_diagonal || diagonal > max_diagonal)
    diagnostics.error(place, fmt::format("the diagonal {} is too far off", diagonal));
  if (input.quantization.present() || view.output().quantization.present())
    diagnostics.error(place, "quantized matrices are not supported").note("dequantize them first");
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(0).type, view.input(0).shape}};
}

void lower(const NodeView& view, const std::vector<Operand>& operands, StepBuilder& builder) {
  const auto& attributes = view.attributes<TriluAttributes>();
  const Shape& shape = view.input(0).shape;
  builder.step(
      {"trilu", "smelt/trilu.h", invoke<&smelt::trilu>},
      {"trilu_layer",
       {int_field("matrices", element_count({shape.begin(), shape.end() - 2})),
        int_field("rows", shape.end()[-2]), int_field("columns", shape.back()),
        int_field("width", byte_size(view.input(0).type)),
        int_field("diagonal", attributes.diagonal), int_field("upper", attributes.upper ? 1 : 0)},
       {}},
      {operands[0], builder.output()});
}

}  // namespace

const OpDef trilu = {
    .name = "trilu",
    .operands = {"input"},
    .attributes = attribute_table<TriluAttributes>(),
    .check = check,
    .infer = infer,
    .kernels = kernels_on_operands<lower>,
};

}  // namespace smelt::ops
