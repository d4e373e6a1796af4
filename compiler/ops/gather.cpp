// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/gather.h"

#include <fmt/format.h>

#include "compiler/ops/indices.h"
#include "compiler/ops/movement.h"
#include "smelt/gather.h"

namespace smelt::ops {
namespace {

Shape output_shape(const NodeView& view) {
  const auto axis = view.attributes<GatherAttributes>().axis;
  const Shape& indices = view.input(1).shape;
  Shape shape = view.input(0).shape;
  shape.erase(shape.begin() + axis);
  shape.insert(shape.begin() + axis, indices.begin(), indices.end());
  return shape;
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  if (!check_movable(view, input, "input", diagnostics) ||
      !check_indices(view, view.input(1), diagnostics) ||
      !check_axis(view, view.attributes<GatherAttributes>().axis, input, diagnostics))
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

Struct layer(const NodeView& view) {
  const Tensor& input = view.input(0);
  const auto axis = input.shape.begin() + view.attributes<GatherAttributes>().axis;
  return {"gather_layer",
          {int_field("outer", element_count({input.shape.begin(), axis})),
           int_field("extent", *axis), int_field("count", element_count(view.input(1).shape)),
           int_field("run", element_count({axis + 1, input.shape.end()}) * byte_size(input.type))},
          {}};
}

void lower(const NodeView& view, StepBuilder& builder) {
  const auto caller =
      by_index<&smelt::gather<std::int32_t>, &smelt::gather<std::int64_t>>(view.input(1).type);
  builder.step({"gather", "smelt/gather.h", caller}, layer(view),
               {builder.input(0), builder.input(1), builder.output()});
}

/// Tables of embeddings are too large to be copied.
void lower_constant(const NodeView& view, StepBuilder& builder) {
  const auto caller =
      by_index<&smelt::gather_constant<std::int32_t>, &smelt::gather_constant<std::int64_t>>(
          view.input(1).type);
  builder.step({"gather_constant", "smelt/gather.h", caller}, layer(view),
               {by_load(builder.input(0)), builder.input(1), builder.output()});
}

constexpr KernelRow kernels[] = {
    {"gather_constant", [](const NodeView& view, const Target&) { return view.input(0).constant; },
     lower_constant},
    {"gather", [](const NodeView&, const Target&) { return true; }, lower},
};

}  // namespace

const OpDef gather = {
    .name = "gather",
    .operands = {"input", "indices"},
    .attributes = attribute_table<GatherAttributes>(),
    .check = check,
    .infer = infer,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
