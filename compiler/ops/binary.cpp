// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/quantization_rules.h"

namespace smelt {
namespace {

constexpr std::size_t max_loops = 4;  // of smelt::broadcast

/// Extent of dimension `i` counted from the innermost; 1 beyond the outermost.
std::int32_t extent_from_end(const Shape& shape, std::size_t i) {
  return i < shape.size() ? shape[shape.size() - 1 - i] : 1;
}

std::vector<Shape> operand_shapes(const NodeView& view) {
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < view.node.inputs.size(); ++i) shapes.push_back(view.input(i).shape);
  return shapes;
}

std::string words(const std::vector<Shape>& shapes) {
  std::string text;
  for (std::size_t i = 0; i < shapes.size(); ++i)
    text += (i == 0 ? "" : i + 1 == shapes.size() ? " and " : ", ") + to_string(shapes[i]);
  return text;
}

std::optional<Shape> broadcast_shapes(const std::vector<Shape>& shapes) {
  std::optional<Shape> result = Shape{};
  for (const Shape& shape : shapes)
    if (result) result = broadcast_shape(*result, shape);
  return result;
}

bool check_types(const NodeView& view, std::initializer_list<ElementType> types, ElementType second,
                 Diagnostics& diagnostics) {
  const Tensor& a = view.input(0);
  return check_type(view, a, "the first operand", types, diagnostics) &&
         check_type(view, view.input(1), "the second operand", {second}, diagnostics) &&
         check_type(view, view.output(), "output", {a.type}, diagnostics) &&
         check_broadcast(view, diagnostics);
}

bool check_scales(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& a = view.input(0);
  if (byte_size(a.type) > 2 || a.type == ElementType::boolean) return true;
  return check_scaled(view, a, "the first operand", diagnostics) &&
         check_scaled(view, view.input(1), "the second operand", diagnostics) &&
         check_scaled(view, view.output(), "output", diagnostics);
}

}  // namespace

bool check_broadcast(const NodeView& view, Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  const std::vector<Shape> shapes = operand_shapes(view);
  const std::optional<Shape> shape = broadcast_shapes(shapes);
  const auto count =
      shape ? checked_count(*shape, std::numeric_limits<std::int32_t>::max()) : std::nullopt;
  if (!count || *count == 0) {
    diagnostics.error(place, fmt::format("operands {} do not broadcast to a tensor", words(shapes)))
        .note("extents, aligned at the last, are equal or 1, and none is 0");
    return false;
  }
  if (broadcast_loops(shapes).size() > max_loops) {
    diagnostics
        .error(place, fmt::format("operands {} take more than {} loops", words(shapes), max_loops))
        .note("expand one of the operands to the output's shape first");
    return false;
  }
  return true;
}

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

std::vector<BroadcastLoop> broadcast_loops(const std::vector<Shape>& operands) {
  std::size_t rank = 0;
  for (const Shape& shape : operands) rank = std::max(rank, shape.size());
  std::vector<BroadcastLoop> loops;  // innermost first
  std::array<std::int32_t, 3> strides{1, 1, 1};
  for (std::size_t i = 0; i < rank; ++i) {
    BroadcastLoop loop;
    for (std::size_t o = 0; o < operands.size(); ++o) {
      const std::int32_t extent = extent_from_end(operands[o], i);
      loop.extent = std::max(loop.extent, extent);
      loop.strides[o] = extent == 1 ? 0 : strides[o];
      strides[o] *= extent;
    }
    if (loop.extent == 1) continue;
    bool alike = !loops.empty();
    for (std::size_t o = 0; alike && o < operands.size(); ++o)
      alike = (loops.back().strides[o] == 0) == (loop.strides[o] == 0);
    if (alike)
      loops.back().extent *= loop.extent;
    else
      loops.push_back(loop);
  }
  std::reverse(loops.begin(), loops.end());
  return loops;
}

std::vector<BroadcastLoop> kernel_loops(const std::vector<Shape>& operands) {
  std::vector<BroadcastLoop> loops = broadcast_loops(operands);
  loops.insert(loops.begin(), max_loops - loops.size(), BroadcastLoop{});
  return loops;
}

bool check_binary(const NodeView& view, std::initializer_list<ElementType> types,
                  Diagnostics& diagnostics, std::optional<ElementType> second) {
  return check_types(view, types, second.value_or(view.input(0).type), diagnostics) &&
         check_scales(view, diagnostics);
}

bool check_arithmetic(const NodeView& view, std::initializer_list<ElementType> types,
                      Diagnostics& diagnostics) {
  if (!check_types(view, types, view.input(0).type, diagnostics)) return false;
  return is_plain(view) || check_scales(view, diagnostics);
}

bool check_activation(const NodeView& view, Activation activation, Diagnostics& diagnostics) {
  if (activation == Activation::none || !is_plain(view) || view.input(0).type == ElementType::s32)
    return true;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("has activation {} of type {} without a scale", to_string(activation),
                         to_string(view.input(0).type)))
      .note("make the activation an operator of its own, or cast to s32");
  return false;
}

std::vector<TensorType> infer_binary(const NodeView& view) {
  return {{view.input(0).type, *broadcast_shape(view.input(0).shape, view.input(1).shape)}};
}

Field broadcast_field(const NodeView& view) {
  return broadcast_field("shape", view.input(0).shape, view.input(1).shape);
}

Field broadcast_field(std::string_view name, const Shape& a, const Shape& b) {
  const std::vector<BroadcastLoop> loops = kernel_loops({a, b});
  std::vector<LabelledValue> values;
  const auto append = [&](std::string_view label, const auto& number) {
    for (const BroadcastLoop& loop : loops) {
      values.emplace_back(label, std::int64_t{number(loop)});
      label = "";
    }
  };
  append("extents[]", [](const BroadcastLoop& loop) { return loop.extent; });
  append("a strides[]", [](const BroadcastLoop& loop) { return loop.strides[0]; });
  append("b strides[]", [](const BroadcastLoop& loop) { return loop.strides[1]; });
  return labelled_field(name, values);
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

void binary_step(StepBuilder& builder, Kernel kernel, Struct layer) {
  Operand a = builder.input(0), b = builder.input(1);
  builder.step(std::move(kernel), std::move(layer), {a, b, builder.output()});
}

bool takes_plain(const NodeView& view, const Target&) {
  return is_plain(view) && view.input(0).type != ElementType::s32;
}

OpDef binary_op(std::string_view name, void (*check)(const NodeView&, Diagnostics&),
                std::span<const KernelRow> (*kernels)(), AttributeTable attributes) {
  return {.name = name,
          .operands = {"a", "b"},
          .attributes = attributes,
          .check = check,
          .infer = infer_binary,
          .channels = &channelwise,
          .untranspose = untranspose_elementwise,
          .kernels = kernels,
          .in_place = true};
}

}  // namespace smelt
