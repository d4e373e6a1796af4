// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/resample.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ops/movement.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "smelt/resample.h"

namespace smelt::ops {
namespace {

std::size_t axis_of(const NodeView& view) {
  return static_cast<std::size_t>(view.attributes<ResampleAttributes>().axis);
}

bool check_constants(const NodeView& view, Diagnostics& diagnostics) {
  const auto& [axis, places] = view.attributes<ResampleAttributes>();
  const Tensor& weights = view.input(1);
  const bool bias = view.has_input(2);
  const auto known = [](const Tensor& tensor) {
    return tensor.constant && tensor.type == ElementType::f32;
  };
  const bool table = known(weights) && weights.shape.size() == 2 && !places.empty() &&
                     weights.shape[0] > 0 && weights.shape[1] > 0 &&
                     element_count(weights.shape) == static_cast<std::int64_t>(places.size());
  if (table && (!bias || (known(view.input(2)) && view.input(2).shape == Shape{weights.shape[0]})))
    return true;
  diagnostics.error(
      place_of(view.graph, view.node),
      fmt::format("weights {} and bias are not those of {} places, or not constant f32 tensors",
                  to_string(weights.shape), places.size()));
  return false;
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const auto& [axis, places] = view.attributes<ResampleAttributes>();
  const Tensor& input = view.input(0);
  const Place place = place_of(view.graph, view.node);
  if (!check_type(view, input, "input", {ElementType::f32}, diagnostics) ||
      !check_movable(view, input, "input", diagnostics) || !check_constants(view, diagnostics))
    return;
  if (axis < 0 || static_cast<std::size_t>(axis) >= input.shape.size()) {
    diagnostics.error(place, fmt::format("axis {} is no dimension of the input {}", axis,
                                         to_string(input.shape)));
    return;
  }
  const std::int32_t extent = input.shape[axis_of(view)];
  if (!std::all_of(places.begin(), places.end(),
                   [&](std::int32_t each) { return each >= 0 && each < extent; }))
    diagnostics.error(place, fmt::format("a place is outside of dimension {} of the input {}", axis,
                                         to_string(input.shape)));
  Shape output = input.shape;
  output[axis_of(view)] = view.input(1).shape[0];
  if (!checked_count(output, INT32_MAX / byte_size(input.type)))
    diagnostics.error(place, fmt::format("an output {} is too large", to_string(output)));
}

std::vector<TensorType> infer(const NodeView& view) {
  TensorType output{view.input(0).type, view.input(0).shape};
  output.shape[axis_of(view)] = view.input(1).shape[0];
  return {output};
}

std::int64_t macs(const NodeView& view) {
  return element_count(view.output().shape) * view.input(1).shape[1];
}

Field table_field(std::string_view name, const NodeView& view, std::size_t i,
                  StepBuilder& builder) {
  if (!view.has_input(i)) return int_field(name, 0);
  return constant_field(name, builder.table(name, elements<float>(view.input(i))));
}

void lower(const NodeView& view, StepBuilder& builder) {
  const Shape& shape = view.input(0).shape;
  const Shape& weights = view.input(1).shape;
  const auto axis = shape.begin() + view.attributes<ResampleAttributes>().axis;
  const ConstantId places = builder.table("places", view.attributes<ResampleAttributes>().places);
  builder
      .step({"resample", "smelt/resample.h", invoke<&smelt::resample>},
            {"resample_layer",
             {int_field("outer", element_count({shape.begin(), axis})), int_field("count", *axis),
              int_field("inner", element_count({axis + 1, shape.end()})),
              int_field("size", weights[0]), int_field("taps", weights[1]),
              constant_field("places", places), table_field("weights", view, 1, builder),
              table_field("bias", view, 2, builder)},
             {}},
            {builder.input(0), builder.output()})
      .summary = fmt::format("{} to {}", *axis, weights[0]);
}

constexpr KernelRow kernels[] = {
    {"resample", [](const NodeView&, const Target&) { return true; }, lower},
};

Untransposed untranspose(const NodeView& view, const Permutation& p) {
  auto attributes = view.attributes<ResampleAttributes>();
  attributes.axis = p[axis_of(view)];
  return {attributes, p};
}

}  // namespace

const OpDef resample = {
    .name = "resample",
    .operands = {"input", "weights", "bias?"},
    .attributes = attribute_table<ResampleAttributes>(),
    .check = check,
    .infer = infer,
    .macs = macs,
    .untranspose = untranspose,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
