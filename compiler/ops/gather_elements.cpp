// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/gather_elements.h"

#include "compiler/ops/indices.h"
#include "compiler/ops/movement.h"
#include "smelt/gather.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  const std::int32_t axis = view.attributes<GatherElementsAttributes>().axis;
  if (check_movable(view, input, "input", diagnostics) &&
      check_indices(view, view.input(1), diagnostics) &&
      check_axis(view, axis, input, diagnostics) &&
      check_box(view, view.input(1), input, axis, diagnostics))
    check_same_quantization(view, input, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(0).type, view.input(1).shape}};
}

void lower(const NodeView& view, const std::vector<Operand>& operands, StepBuilder& builder) {
  const Tensor& input = view.input(0);
  const Tensor& indices = view.input(1);
  const std::int32_t width = byte_size(input.type);
  const auto caller =
      by_index<&smelt::gather_elements<std::int32_t>, &smelt::gather_elements<std::int64_t>>(
          indices.type);
  builder.step({"gather_elements", "smelt/gather.h", caller},
               {"gather_elements_layer",
                box_fields(indices.shape, input.shape,
                           view.attributes<GatherElementsAttributes>().axis, width, width),
                {}},
               {operands[0], operands[1], builder.output()});
}

}  // namespace

const OpDef gather_elements = {
    .name = "gather_elements",
    .operands = {"input", "indices"},
    .attributes = attribute_table<GatherElementsAttributes>(),
    .check = check,
    .infer = infer,
    .kernels = kernels_on_operands<lower>,
};

}  // namespace smelt::ops
