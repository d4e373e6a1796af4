// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/movement.h"

#include <fmt/format.h>

#include <cassert>

#include "smelt/move.h"

namespace smelt {
namespace {

struct MoveKernels {
  int width;
  void (*move)(const HostCall&);
  void (*move_constant)(const HostCall&);
  void (*fill)(const HostCall&);
};

constexpr MoveKernels by_width[] = {
    {1, invoke<&smelt::move_8>, invoke<&smelt::move_constant_8>, invoke<&smelt::fill_8>},
    {2, invoke<&smelt::move_16>, invoke<&smelt::move_constant_16>, invoke<&smelt::fill_16>},
    {4, invoke<&smelt::move_32>, invoke<&smelt::move_constant_32>, invoke<&smelt::fill_32>},
    {8, invoke<&smelt::move_64>, invoke<&smelt::move_constant_64>, invoke<&smelt::fill_64>},
};

const MoveKernels& kernels_of(ElementType type) {
  for (const MoveKernels& kernels : by_width)
    if (kernels.width == byte_size(type)) return kernels;
  assert(false && "every element type has a width of a power of two");
  return by_width[0];
}

Kernel kernel(std::string_view verb, int width, void (*host)(const HostCall&)) {
  return {fmt::format("{}_{}", verb, 8 * width), "smelt/move.h", host};
}

/// Neighbours in the innermost dimension lie side by side in both tensors.
bool has_runs(const Movement& movement) {
  return movement.dimensions.empty() || (movement.dimensions.back().input_stride == 1 &&
                                         movement.dimensions.back().output_stride == 1);
}

/// The same copy in bytes: the innermost dimension has become a run of bytes.
Movement in_bytes(Movement movement, std::int32_t width) {
  if (movement.dimensions.empty()) movement.dimensions.push_back({1, 1, 1});
  for (MoveDimension& dimension : movement.dimensions) {
    dimension.input_stride *= width;
    dimension.output_stride *= width;
  }
  MoveDimension& run = movement.dimensions.back();
  run = {run.extent * width, 1, 1};
  movement.input_offset *= width;
  movement.output_offset *= width;
  return movement;
}

Struct layer(Movement movement) {
  auto& dimensions = movement.dimensions;
  assert(dimensions.size() <= max_move_rank);
  dimensions.insert(dimensions.begin(), max_move_rank - dimensions.size(), MoveDimension{});
  std::vector<std::int32_t> extents, input_strides, output_strides;
  for (const MoveDimension& dimension : dimensions) {
    extents.push_back(dimension.extent);
    input_strides.push_back(static_cast<std::int32_t>(dimension.input_stride));
    output_strides.push_back(static_cast<std::int32_t>(dimension.output_stride));
  }
  return {"move_layer",
          {ints_field("extents", extents), ints_field("input_strides", input_strides),
           ints_field("output_strides", output_strides),
           int_field("input_offset", movement.input_offset),
           int_field("output_offset", movement.output_offset)},
          {}};
}

}  // namespace

std::vector<std::int64_t> row_major_strides(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

Movement collapse(const Movement& movement) {
  Movement result{{}, movement.input_offset, movement.output_offset};
  for (const MoveDimension& inner : movement.dimensions) {
    if (inner.extent == 1) continue;
    if (!result.dimensions.empty()) {
      MoveDimension& outer = result.dimensions.back();
      if (outer.input_stride == inner.extent * inner.input_stride &&
          outer.output_stride == inner.extent * inner.output_stride) {
        outer = {outer.extent * inner.extent, inner.input_stride, inner.output_stride};
        continue;
      }
    }
    result.dimensions.push_back(inner);
  }
  return result;
}

void lower_movement(const NodeView& view, std::size_t input, const Movement& movement,
                    StepBuilder& builder) {
  const MoveKernels& kernels = kernels_of(view.output().type);
  const Movement collapsed = collapse(movement);
  const Operand from = builder.input(input);
  const std::vector<Operand> operands = {from, builder.output()};
  // A device may keep constants where memcpy does not reach.
  if (std::holds_alternative<ConstantId>(from.place)) {
    builder.step(kernel("move_constant", kernels.width, kernels.move_constant), layer(collapsed),
                 {by_load(from), builder.output()});
  } else if (has_runs(collapsed)) {
    const Movement runs = in_bytes(collapsed, kernels.width);
    Step& step = builder.step({"move_runs", "smelt/move.h", invoke<&smelt::move_runs>}, layer(runs),
                              operands);
    if (runs.dimensions.size() == 1)
      step.copy = Copy{runs.input_offset, runs.output_offset, runs.dimensions[0].extent};
  } else {
    builder.step(kernel("move", kernels.width, kernels.move), layer(collapsed), operands);
  }
}

void lower_fill(const NodeView& view, std::int32_t bits, StepBuilder& builder) {
  const MoveKernels& kernels = kernels_of(view.output().type);
  builder.step(kernel("fill", kernels.width, kernels.fill),
               {"fill_layer",
                {int_field("count", element_count(view.output().shape)), int_field("value", bits)},
                {}},
               {builder.output()});
}

Operand in_data_memory(const Operand& constant, ElementType type, std::int64_t count,
                       StepBuilder& builder) {
  const auto place = builder.scratch("operand", type, count).place;
  const MoveKernels& kernels = kernels_of(type);
  builder.step(kernel("move_constant", kernels.width, kernels.move_constant),
               layer({.dimensions = {{static_cast<std::int32_t>(count), 1, 1}}}),
               {by_load(constant), {place, Access::write}});
  return {place, Access::read};
}

bool check_movable(const NodeView& view, const Tensor& tensor, std::string_view role,
                   Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  if (tensor.shape.size() > max_move_rank) {
    diagnostics
        .error(place, fmt::format("{} has shape {}, at most {} dimensions are supported", role,
                                  to_string(tensor.shape), max_move_rank))
        .note("reshape the tensor so that neighbouring dimensions become one");
    return false;
  }
  const auto count = checked_count(tensor.shape, INT32_MAX / byte_size(tensor.type));
  if (count && *count > 0) return true;
  diagnostics.error(place, fmt::format("{} has shape {}, which is {}", role,
                                       to_string(tensor.shape), count ? "empty" : "too large"));
  return false;
}

bool check_same_quantization(const NodeView& view, const Tensor& input, Diagnostics& diagnostics) {
  if (!is_integer(input.type) || byte_size(input.type) > 2) return true;
  const Quantization& from = input.quantization;
  const Quantization& to = view.output().quantization;
  if (from.scales == to.scales && from.zero_points == to.zero_points) return true;
  diagnostics
      .error(
          place_of(view.graph, view.node),
          fmt::format("scale or zero point of \"{}\" differ from those of the output", input.name))
      .note("insert a QUANTIZE that converts the input");
  return false;
}

}  // namespace smelt
