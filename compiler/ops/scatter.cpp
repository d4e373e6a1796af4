// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/scatter.h"

#include <fmt/format.h>

#include "compiler/ops/indices.h"
#include "compiler/ops/movement.h"
#include "compiler/ops/quantization.h"
#include "smelt/scatter.h"

namespace smelt::ops {
namespace {

using enum ElementType;
using Caller = void (*)(const HostCall&);

/// Data and updates are of one kind, and the reduction is known.
bool check_updates(const NodeView& view, const std::string& reduction, Diagnostics& diagnostics) {
  const Tensor& data = view.input(0);
  const Tensor& updates = view.input(2);
  if (!check_movable(view, data, "data", diagnostics) ||
      !check_movable(view, updates, "updates", diagnostics) ||
      !check_indices(view, view.input(1), diagnostics) ||
      !check_type(view, updates, "updates", {data.type}, diagnostics) ||
      !check_same_quantization(view, data, diagnostics) ||
      !check_same_quantization(view, updates, diagnostics))
    return false;
  if (reduction == "none") return true;
  if (reduction == "add" || reduction == "mul")
    return check_type(view, data, "data", {f32, s32, s64}, diagnostics);
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("the reduction \"{}\" is not supported", reduction))
      .note("use none, add or mul");
  return false;
}

bool check_shape(const NodeView& view, const Shape& expected, Diagnostics& diagnostics) {
  const Shape& updates = view.input(2).shape;
  if (updates == expected) return true;
  diagnostics.error(
      place_of(view.graph, view.node),
      fmt::format("updates {} instead of {}", to_string(updates), to_string(expected)));
  return false;
}

void check_elements(const NodeView& view, Diagnostics& diagnostics) {
  const auto& [axis, reduction] = view.attributes<ScatterElementsAttributes>();
  const Tensor& indices = view.input(1);
  if (check_updates(view, reduction, diagnostics) &&
      check_axis(view, axis, view.input(0), diagnostics) &&
      check_box(view, indices, view.input(0), axis, diagnostics))
    check_shape(view, indices.shape, diagnostics);
}

void check_nd(const NodeView& view, Diagnostics& diagnostics) {
  const Shape& indices = view.input(1).shape;
  if (!check_updates(view, view.attributes<ScatterNdAttributes>().reduction, diagnostics) ||
      !check_tuples(view, view.input(1), view.input(0), 0, diagnostics))
    return;
  Shape expected(indices.begin(), indices.end() - 1);
  const Shape run = tuple_shape(indices, view.input(0).shape, 0);
  expected.insert(expected.end(), run.begin(), run.end());
  check_shape(view, expected, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(0).type, view.input(0).shape}};
}

/// The data as it is before the updates.
void copy_data(const NodeView& view, StepBuilder& builder) {
  const auto count = static_cast<std::int32_t>(element_count(view.input(0).shape));
  lower_movement(view, 0, {.dimensions = {{count, 1, 1}}}, builder);
}

template <typename T>
Caller elements_caller(const std::string& reduction, ElementType index) {
  if (reduction == "add")
    return by_index<&smelt::scatter_elements_add<std::int32_t, T>,
                    &smelt::scatter_elements_add<std::int64_t, T>>(index);
  return by_index<&smelt::scatter_elements_mul<std::int32_t, T>,
                  &smelt::scatter_elements_mul<std::int64_t, T>>(index);
}

template <typename T>
Caller nd_caller(const std::string& reduction, ElementType index) {
  if (reduction == "add")
    return by_index<&smelt::scatter_nd_add<std::int32_t, T>,
                    &smelt::scatter_nd_add<std::int64_t, T>>(index);
  return by_index<&smelt::scatter_nd_mul<std::int32_t, T>, &smelt::scatter_nd_mul<std::int64_t, T>>(
      index);
}

std::string kernel_name(const NodeView& view, const std::string& reduction) {
  const std::string name(view.node.op->name);
  return reduction == "none" ? name : fmt::format("{}_{}", name, reduction);
}

void lower_elements(const NodeView& view, const std::vector<Operand>& operands,
                    StepBuilder& builder) {
  const auto& [axis, reduction] = view.attributes<ScatterElementsAttributes>();
  const Tensor& data = view.input(0);
  const Tensor& indices = view.input(1);
  const std::int32_t width = byte_size(data.type);
  Caller caller =
      by_index<&smelt::scatter_elements<std::int32_t>, &smelt::scatter_elements<std::int64_t>>(
          indices.type);
  if (reduction != "none")
    caller = data.type == f32   ? elements_caller<float>(reduction, indices.type)
             : data.type == s32 ? elements_caller<std::int32_t>(reduction, indices.type)
                                : elements_caller<std::int64_t>(reduction, indices.type);
  copy_data(view, builder);
  builder.step({kernel_name(view, reduction), "smelt/scatter.h", caller},
               {"scatter_elements_layer",
                box_fields(indices.shape, data.shape, axis, reduction == "none" ? width : 1, width),
                {}},
               {operands[1], operands[2], builder.output()});
}

void lower_nd(const NodeView& view, const std::vector<Operand>& operands, StepBuilder& builder) {
  const auto& [reduction] = view.attributes<ScatterNdAttributes>();
  const Tensor& data = view.input(0);
  const Tensor& indices = view.input(1);
  Caller caller =
      by_index<&smelt::scatter_nd<std::int32_t>, &smelt::scatter_nd<std::int64_t>>(indices.type);
  if (reduction != "none")
    caller = data.type == f32   ? nd_caller<float>(reduction, indices.type)
             : data.type == s32 ? nd_caller<std::int32_t>(reduction, indices.type)
                                : nd_caller<std::int64_t>(reduction, indices.type);
  copy_data(view, builder);
  const std::int32_t unit = reduction == "none" ? byte_size(data.type) : 1;
  builder.step({kernel_name(view, reduction), "smelt/scatter.h", caller},
               {"scatter_nd_layer", {tuples_field(indices.shape, data.shape, 0, unit)}, {}},
               {operands[1], operands[2], builder.output()});
}

}  // namespace

const OpDef scatter_elements = {
    .name = "scatter_elements",
    .operands = {"data", "indices", "updates"},
    .attributes = attribute_table<ScatterElementsAttributes>(),
    .check = check_elements,
    .infer = infer,
    .kernels = kernels_on_operands<lower_elements>,
};

const OpDef scatter_nd = {
    .name = "scatter_nd",
    .operands = {"data", "indices", "updates"},
    .attributes = attribute_table<ScatterNdAttributes>(),
    .check = check_nd,
    .infer = infer,
    .kernels = kernels_on_operands<lower_nd>,
};

}  // namespace smelt::ops
