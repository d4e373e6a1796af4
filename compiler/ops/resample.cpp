// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/resample.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ops/indices.h"
#include "compiler/ops/movement.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "smelt/resample.h"

namespace smelt::ops {
namespace {

std::size_t axis_of(const NodeView& view) {
  return static_cast<std::size_t>(view.attributes<ResampleAttributes>().axis);
}

/// Inputs of one output.
std::size_t taps_of(const ResampleAttributes& attributes) {
  return attributes.places.size() / static_cast<std::size_t>(attributes.size);
}

bool check_tables(const NodeView& view, Diagnostics& diagnostics) {
  const auto& attributes = view.attributes<ResampleAttributes>();
  const std::size_t places = attributes.places.size();
  const auto size = static_cast<std::size_t>(std::max(attributes.size, 0));
  if (size > 0 && places > 0 && places % size == 0 && attributes.weights.size() == places &&
      (attributes.bias.empty() || attributes.bias.size() == size))
    return true;
  diagnostics.error(
      place_of(view.graph, view.node),
      fmt::format("{} places, {} weights and a bias of {} do not make {} elements", places,
                  attributes.weights.size(), attributes.bias.size(), attributes.size));
  return false;
}

Shape output_shape(const NodeView& view) {
  Shape shape = view.input(0).shape;
  shape[axis_of(view)] = view.attributes<ResampleAttributes>().size;
  return shape;
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const auto& attributes = view.attributes<ResampleAttributes>();
  const Tensor& input = view.input(0);
  const Place place = place_of(view.graph, view.node);
  if (!check_type(view, input, "input", {ElementType::f32}, diagnostics) ||
      !check_movable(view, input, "input", diagnostics) || !check_tables(view, diagnostics) ||
      !check_axis(view, attributes.axis, input, diagnostics))
    return;
  const std::int32_t extent = input.shape[axis_of(view)];
  const auto& places = attributes.places;
  if (!std::all_of(places.begin(), places.end(),
                   [&](std::int32_t each) { return each >= 0 && each < extent; }))
    diagnostics.error(place, fmt::format("a place is outside of dimension {} of the input {}",
                                         attributes.axis, to_string(input.shape)));
  if (!checked_count(output_shape(view), INT32_MAX / byte_size(input.type)))
    diagnostics.error(place,
                      fmt::format("an output {} is too large", to_string(output_shape(view))));
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(0).type, output_shape(view)}};
}

std::int64_t macs(const NodeView& view) {
  return element_count(view.output().shape) *
         static_cast<std::int64_t>(taps_of(view.attributes<ResampleAttributes>()));
}

void lower(const NodeView& view, StepBuilder& builder) {
  const auto& attributes = view.attributes<ResampleAttributes>();
  const Shape& shape = view.input(0).shape;
  const auto axis = shape.begin() + attributes.axis;
  const ConstantId places = builder.table("places", attributes.places);
  const ConstantId weights = builder.table("weights", attributes.weights);
  const Field bias = attributes.bias.empty()
                         ? int_field("bias", 0)
                         : constant_field("bias", builder.table("bias", attributes.bias));
  builder
      .step({"resample", "smelt/resample.h", invoke<&smelt::resample>},
            {"resample_layer",
             {int_field("outer", element_count({shape.begin(), axis})), int_field("count", *axis),
              int_field("inner", element_count({axis + 1, shape.end()})),
              int_field("size", attributes.size),
              int_field("taps", static_cast<std::int64_t>(taps_of(attributes))),
              constant_field("places", places), constant_field("weights", weights), bias},
             {}},
            {builder.input(0), builder.output()})
      .summary = fmt::format("{} to {}", *axis, attributes.size);
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
    .operands = {"input"},
    .attributes = attribute_table<ResampleAttributes>(),
    .check = check,
    .infer = infer,
    .macs = macs,
    .untranspose = untranspose,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
