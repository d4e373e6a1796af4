// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/one_hot.h"

#include <fmt/format.h>

#include <bit>

#include "compiler/ops/indices.h"
#include "compiler/ops/movement.h"
#include "smelt/one_hot.h"

namespace smelt::ops {
namespace {

/// As integers; floats by their bits.
std::vector<std::int64_t> values_of(const NodeView& view) {
  const Tensor& values = view.input(1);
  if (values.type == ElementType::boolean) return {values.data[0], values.data[1]};
  if (values.type != ElementType::f32) return integers(values);
  const std::vector<float> reals = elements<float>(values);
  return {std::bit_cast<std::int32_t>(reals[0]), std::bit_cast<std::int32_t>(reals[1])};
}

Shape output_shape(const NodeView& view) {
  const auto& [axis, depth] = view.attributes<OneHotAttributes>();
  Shape shape = view.input(0).shape;
  shape.insert(shape.begin() + axis, depth);
  return shape;
}

void check_values(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& values = view.input(1);
  const Place place = place_of(view.graph, view.node);
  if (!values.constant || values.shape != Shape{2}) {
    diagnostics.error(place, "the values are not a constant of two elements");
    return;
  }
  for (const std::int64_t value : values_of(view))
    if (value < INT32_MIN || value > INT32_MAX)
      diagnostics.error(place, fmt::format("the value {} does not fit 32 bits", value));
  check_same_quantization(view, values, diagnostics);
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const auto& [axis, depth] = view.attributes<OneHotAttributes>();
  const Tensor& indices = view.input(0);
  const Place place = place_of(view.graph, view.node);
  if (!check_indices(view, indices, diagnostics)) return;
  if (axis < 0 || static_cast<std::size_t>(axis) > indices.shape.size() || depth < 1) {
    diagnostics.error(place, fmt::format("cannot add an axis {} of {} elements to {}", axis, depth,
                                         to_string(indices.shape)));
    return;
  }
  if (!checked_count(output_shape(view), INT32_MAX / byte_size(view.input(1).type)))
    diagnostics.error(place, "the output is too large");
  check_values(view, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(1).type, output_shape(view)}};
}

template <typename Index>
Kernel kernel(ElementType type) {
  constexpr auto header = "smelt/one_hot.h";
  switch (byte_size(type)) {
    case 1: return {"one_hot_8", header, invoke<&smelt::one_hot_8<Index>>};
    case 2: return {"one_hot_16", header, invoke<&smelt::one_hot_16<Index>>};
    case 4: return {"one_hot_32", header, invoke<&smelt::one_hot_32<Index>>};
    default: return {"one_hot_64", header, invoke<&smelt::one_hot_64<Index>>};
  }
}

void lower(const NodeView& view, StepBuilder& builder) {
  const auto& [axis, depth] = view.attributes<OneHotAttributes>();
  const Tensor& indices = view.input(0);
  const ElementType type = view.output().type;
  const std::vector<std::int64_t> values = values_of(view);
  const auto middle = indices.shape.begin() + axis;
  const Operand from = builder.input(0);
  lower_fill(view, static_cast<std::int32_t>(values[0]), builder);
  builder.step(
      indices.type == ElementType::s64 ? kernel<std::int64_t>(type) : kernel<std::int32_t>(type),
      {"one_hot_layer",
       {int_field("outer", element_count({indices.shape.begin(), middle})),
        int_field("depth", depth), int_field("inner", element_count({middle, indices.shape.end()})),
        int_field("value", values[1])},
       {}},
      {from, builder.output()});
}

constexpr KernelRow kernels[] = {
    {"one_hot", [](const NodeView&, const Target&) { return true; }, lower},
};

}  // namespace

const OpDef one_hot = {
    .name = "one_hot",
    .operands = {"indices", "values"},
    .attributes = attribute_table<OneHotAttributes>(),
    .check = check,
    .infer = infer,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
