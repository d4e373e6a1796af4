// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "compiler/ops/quantization.h"

namespace smelt {
namespace {

constexpr std::size_t max_loops = 4;  // of smelt::broadcast

/// Extent of dimension `i` counted from the innermost; 1 beyond the outermost.
std::int32_t extent_from_end(const Shape& shape, std::size_t i) {
  return i < shape.size() ? shape[shape.size() - 1 - i] : 1;
}

/// Reports shapes that the kernels' loops cannot run over; false if it did.
bool check_shapes(const NodeView& view, Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  const Shape& a = view.input(0).shape;
  const Shape& b = view.input(1).shape;
  const std::optional<Shape> shape = broadcast_shape(a, b);
  const auto count =
      shape ? checked_count(*shape, std::numeric_limits<std::int32_t>::max()) : std::nullopt;
  if (!count || *count == 0) {
    diagnostics
        .error(place, fmt::format("operands {} and {} do not broadcast to a tensor", to_string(a),
                                  to_string(b)))
        .note("extents, aligned at the last, are equal or 1, and none is 0");
    return false;
  }
  if (broadcast_loops(a, b).size() > max_loops) {
    diagnostics
        .error(place, fmt::format("operands {} and {} take more than {} loops", to_string(a),
                                  to_string(b), max_loops))
        .note("expand one of the operands to the output's shape first");
    return false;
  }
  return true;
}

}  // namespace

std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  Shape shape(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int32_t x = extent_from_end(a, i);
    const std::int32_t y = extent_from_end(b, i);
    if (x != y && x != 1 && y != 1) return std::nullopt;
    shape[shape.size() - 1 - i] = x == 1 ? y : x;
  }
  return shape;
}

std::vector<BroadcastLoop> broadcast_loops(const Shape& a, const Shape& b) {
  std::vector<BroadcastLoop> loops;  // innermost first
  std::int32_t a_stride = 1, b_stride = 1;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::int32_t x = extent_from_end(a, i);
    const std::int32_t y = extent_from_end(b, i);
    if (x == 1 && y == 1) continue;
    const BroadcastLoop loop{x == 1 ? y : x, x == 1 ? 0 : a_stride, y == 1 ? 0 : b_stride};
    const bool alike = !loops.empty() && (loops.back().a_stride == 0) == (x == 1) &&
                       (loops.back().b_stride == 0) == (y == 1);
    if (alike)
      loops.back().extent *= loop.extent;
    else
      loops.push_back(loop);
    a_stride *= x;
    b_stride *= y;
  }
  std::reverse(loops.begin(), loops.end());
  return loops;
}

bool check_binary(const NodeView& view, std::initializer_list<ElementType> types,
                  Diagnostics& diagnostics, std::optional<ElementType> second) {
  const Tensor& a = view.input(0);
  if (!check_type(view, a, "the first operand", types, diagnostics) ||
      !check_type(view, view.input(1), "the second operand", {second.value_or(a.type)},
                  diagnostics) ||
      !check_type(view, view.output(), "output", {a.type}, diagnostics) ||
      !check_shapes(view, diagnostics))
    return false;
  if (a.type == ElementType::f32 || a.type == ElementType::s32) return true;
  return check_scaled(view, a, "the first operand", diagnostics) &&
         check_scaled(view, view.input(1), "the second operand", diagnostics) &&
         check_scaled(view, view.output(), "output", diagnostics);
}

std::vector<TensorType> infer_binary(const NodeView& view) {
  return {{view.input(0).type, *broadcast_shape(view.input(0).shape, view.input(1).shape)}};
}

Field broadcast_field(const NodeView& view) {
  std::vector<BroadcastLoop> loops = broadcast_loops(view.input(0).shape, view.input(1).shape);
  loops.insert(loops.begin(), max_loops - loops.size(), BroadcastLoop{});
  std::vector<LabelledValue> values;
  const auto append = [&](std::string_view label, std::int32_t BroadcastLoop::* member) {
    for (const BroadcastLoop& loop : loops) {
      values.emplace_back(label, std::int64_t{loop.*member});
      label = "";
    }
  };
  append("extents[]", &BroadcastLoop::extent);
  append("a strides[]", &BroadcastLoop::a_stride);
  append("b strides[]", &BroadcastLoop::b_stride);
  return labelled_field("shape", values);
}

std::vector<Field> clamped_fields(const NodeView& view, Activation activation) {
  const FloatRange range = float_range(activation);
  if (view.output().type == ElementType::f32)
    return {broadcast_field(view), float_field("min", range.min), float_field("max", range.max)};
  const IntegerRange full = range_of(view.output().type);
  const auto bound = [&](float real) { return std::clamp<double>(real, full.min, full.max); };
  return {broadcast_field(view), int_field("min", static_cast<std::int64_t>(bound(range.min))),
          int_field("max", static_cast<std::int64_t>(bound(range.max)))};
}

void lower_binary(const NodeView& view, StepBuilder& builder, std::string_view header,
                  void (*invoke)(const HostCall&), std::vector<Field> fields,
                  Activation activation) {
  const std::string name = fmt::format("{}_{}", view.node.op->name, to_string(view.input(0).type));
  Operand a = builder.input(0), b = builder.input(1);
  builder
      .step({name, std::string(header), invoke}, {name + "_layer", std::move(fields), {}},
            {a, b, builder.output()})
      .summary = activation == Activation::none ? "" : std::string(to_string(activation));
}

}  // namespace smelt
