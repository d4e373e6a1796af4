// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/arg.h"

#include "compiler/ops/indices.h"
#include "compiler/ops/movement.h"
#include "compiler/ops/quantization.h"
#include "smelt/arg.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  const Tensor& input = view.input(0);
  if (!check_type(view, input, "input", {f32, s8, u8, s32, s64}, diagnostics) ||
      !check_type(view, view.output(), "output", {s32, s64}, diagnostics) ||
      !check_movable(view, input, "input", diagnostics))
    return;
  check_axis(view, view.attributes<ArgAttributes>().axis, input, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  TensorType output{view.output().type, view.input(0).shape};
  output.shape.erase(output.shape.begin() + view.attributes<ArgAttributes>().axis);
  return {output};
}

/// The kernel by the operator's order, by which of equals is wanted, and by the type of the result.
template <typename T>
void (*caller(const NodeView& view))(const HostCall&) {
  const bool max = view.node.op == &arg_max, last = view.attributes<ArgAttributes>().last;
  const ElementType type = view.output().type;
  if (max && last)
    return by_index<&smelt::arg_max_last<T, int32_t>, &smelt::arg_max_last<T, int64_t>>(type);
  if (last)
    return by_index<&smelt::arg_min_last<T, int32_t>, &smelt::arg_min_last<T, int64_t>>(type);
  if (max) return by_index<&smelt::arg_max<T, int32_t>, &smelt::arg_max<T, int64_t>>(type);
  return by_index<&smelt::arg_min<T, int32_t>, &smelt::arg_min<T, int64_t>>(type);
}

template <typename T>
void lower(const NodeView& view, StepBuilder& builder) {
  const auto& attributes = view.attributes<ArgAttributes>();
  const Shape& shape = view.input(0).shape;
  const auto axis = shape.begin() + attributes.axis;
  const std::string name(view.node.op->name);
  builder.step(
      {attributes.last ? name + "_last" : name, "smelt/arg.h", caller<T>(view)},
      {"arg_layer",
       {int_field("outer", element_count({shape.begin(), axis})), int_field("count", *axis),
        int_field("inner", element_count({axis + 1, shape.end()}))},
       {}},
      {builder.input(0), builder.output()});
}

template <ElementType type>
bool is_type(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

constexpr KernelRow rows[] = {
    {"s8", is_type<ElementType::s8>, lower<int8_t>},
    {"u8", is_type<ElementType::u8>, lower<uint8_t>},
    {"s32", is_type<ElementType::s32>, lower<int32_t>},
    {"s64", is_type<ElementType::s64>, lower<int64_t>},
    {"f32", is_type<ElementType::f32>, lower<float>},
};

std::span<const KernelRow> kernels() {
  return rows;
}

}  // namespace

const OpDef arg_max = {
    .name = "arg_max",
    .operands = {"input"},
    .attributes = attribute_table<ArgAttributes>(),
    .check = check,
    .infer = infer,
    .kernels = kernels,
};

const OpDef arg_min = {
    .name = "arg_min",
    .operands = {"input"},
    .attributes = attribute_table<ArgAttributes>(),
    .check = check,
    .infer = infer,
    .kernels = kernels,
};

}  // namespace smelt::ops
