// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/gather_nd.h"

#include <fmt/format.h>

#include "compiler/ops/indices.h"
#include "compiler/ops/movement.h"
#include "smelt/gather.h"

namespace smelt::ops {
namespace {

std::int32_t batch_dims(const NodeView& view) {
  return view.attributes<GatherNdAttributes>().batch_dims;
}

Shape output_shape(const NodeView& view) {
  const Shape& indices = view.input(1).shape;
  Shape shape(indices.begin(), indices.end() - 1);
  const Shape run = tuple_shape(indices, view.input(0).shape, batch_dims(view));
  shape.insert(shape.end(), run.begin(), run.end());
  return shape;
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  if (!check_movable(view, input, "input", diagnostics) ||
      !check_indices(view, view.input(1), diagnostics) ||
      !check_tuples(view, view.input(1), input, batch_dims(view), diagnostics))
    return;
  const Shape output = output_shape(view);
  if (!checked_count(output, INT32_MAX / byte_size(input.type)))
    diagnostics.error(place_of(view.graph, view.node),
                      fmt::format("an output {} is too large", to_string(output)));
  check_same_quantization(view, input, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(0).type, output_shape(view)}};
}

void lower(const NodeView& view, const std::vector<Operand>& operands, StepBuilder& builder) {
  const Tensor& input = view.input(0);
  const Tensor& indices = view.input(1);
  const auto caller =
      by_index<&smelt::gather_nd<std::int32_t>, &smelt::gather_nd<std::int64_t>>(indices.type);
  builder.step({"gather_nd", "smelt/gather.h", caller},
               {"gather_nd_layer",
                {tuples_field(indices.shape, input.shape, batch_dims(view), byte_size(input.type))},
                {}},
               {operands[0], operands[1], builder.output()});
}

}  // namespace

const OpDef gather_nd = {
    .name = "gather_nd",
    .operands = {"input", "indices"},
    .attributes = attribute_table<GatherNdAttributes>(),
    .check = check,
    .infer = infer,
    .kernels = kernels_on_operands<lower>,
};

}  // namespace smelt::ops
