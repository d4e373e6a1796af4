// SPDX-License-Identifier: Apache-2.0
//
// Operators that move elements, reduce over axes or resize. Many become slice, concat and reshape.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "compiler/import/tflite_operators.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/transpose.h"

namespace smelt::tflite {
namespace {

/// The slice of the whole tensor.
ops::SliceAttributes everything(const Shape& shape) {
  return {.begin = std::vector<std::int32_t>(shape.size(), 0),
          .stride = std::vector<std::int32_t>(shape.size(), 1),
          .size = shape};
}

/// A slice into output `i`, reshaped if dimensions of extent 1 come or go.
void slice_to_output(Operator& op, TensorId from, ops::SliceAttributes attributes, std::size_t i) {
  const Shape shape = attributes.size;
  if (shape == op.output(i).shape) return op.node(ops::slice, std::move(attributes), {from}, i);
  const TensorId part = op.intermediate(ops::slice, std::move(attributes), {from}, shape, i);
  op.node(ops::reshape, ops::ReshapeAttributes{.shape = op.output(i).shape}, {part}, i);
}

/// Slices output after output along an axis.
void split_along(Operator& op, TensorId from, std::int32_t axis,
                 const std::vector<std::int32_t>& sizes) {
  const auto dimension = static_cast<std::size_t>(axis);
  ops::SliceAttributes attributes = everything(op.graph[from].shape);
  for (std::size_t i = 0; i < op.outputs.size(); ++i) {
    attributes.size[dimension] = sizes[i];
    slice_to_output(op, from, attributes, i);
    attributes.begin[dimension] += sizes[i];
  }
}

/// One size may be -1: what the others leave. False if the sizes are then not those of all parts.
bool complete(std::vector<std::int32_t>& sizes, std::int32_t extent) {
  std::int64_t rest = extent;
  for (const std::int32_t size : sizes) rest -= std::max(size, 0);
  const auto open = std::find(sizes.begin(), sizes.end(), -1);
  if (open != sizes.end() && rest >= 0) rest -= * open = static_cast<std::int32_t>(rest);
  return rest == 0 && *std::min_element(sizes.begin(), sizes.end()) >= 0;
}

/// Inputs of another scale than the output's are brought to it first.
TensorId as_output_quantized(Operator& op, TensorId id) {
  const Tensor& input = op.graph[id];
  const bool quantized = is_integer(input.type) && byte_size(input.type) <= 2 &&
                         input.quantization.present() && op.output().quantization.present();
  if (!quantized || input.type != op.output().type ||
      input.quantization == op.output().quantization)
    return id;
  return op.intermediate(ops::quantize, ops::quantize.attributes.make(), {id}, input.shape);
}

/// Axes as the file gives them: normalized, sorted, each once.
std::optional<std::vector<std::int32_t>> read_axes(Operator& op, std::size_t operand) {
  const auto values = op.constant(operand, "axes");
  if (!values) return std::nullopt;
  std::vector<std::int32_t> axes;
  for (const std::int64_t value : *values) {
    const auto axis = op.axis(value, op.input(0).shape.size());
    if (!axis) return std::nullopt;
    axes.push_back(*axis);
  }
  std::sort(axes.begin(), axes.end());
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  return axes;
}

void reduce(Operator& op, const OpDef& def) {
  const auto* table = op.table(&format::Operator::builtin_options_as_ReducerOptions);
  if (!table || !op.takes(2, 2)) return;
  if (const auto axes = read_axes(op, 1))
    op.node(def, ops::ReduceAttributes{.axes = *axes, .keep_dims = table->keep_dims()},
            {op.inputs[0]});
}

void arg_extreme(Operator& op, const OpDef& def) {
  if (!op.takes(2, 2)) return;
  const auto axes = op.constants(1, "axis", 1);
  if (!axes) return;
  if (const auto axis = op.axis((*axes)[0], op.input(0).shape.size()))
    op.node(def, ops::ArgAttributes{.axis = *axis}, {op.inputs[0]});
}

template <typename Table>
void resize(Operator& op, const OpDef& def, const Table* table) {
  if (!table || !op.takes(2, 2)) return;
  const auto size = op.constants(1, "size", 2);
  if (!size) return;
  op.node(def,
          ops::ResizeAttributes{.height = (*size)[0],
                                .width = (*size)[1],
                                .align_corners = table->align_corners(),
                                .half_pixel_centers = table->half_pixel_centers()},
          {op.inputs[0]});
}

/// The value to pad with: the raw constant given, or what means zero.
bool pad_value(Operator& op, ops::PadAttributes& attributes) {
  const Tensor& output = op.output();
  if (op.input_or_none(2) == no_tensor) {
    if (output.quantization.present()) attributes.value = output.quantization.zero_point();
    return true;
  }
  const Tensor& value = op.input(2);
  if (!value.constant || element_count(value.shape) != 1 || value.type != output.type) {
    op.error("the value to pad with is not one constant of the output's type",
             "export the model again");
    return false;
  }
  if (value.quantization.present() && output.quantization.present() &&
      !(value.quantization == output.quantization)) {
    op.error("the value to pad with has another scale than the output",
             "quantize the model again, or pad with zero");
    return false;
  }
  if (value.type == ElementType::f32)
    attributes.float_value = elements<float>(value)[0];
  else
    attributes.value = static_cast<std::int32_t>(integers(value)[0]);
  return true;
}

}  // namespace

/// RESHAPE, SQUEEZE, EXPAND_DIMS: the file states the output's shape, with the batch fixed; how it
/// was computed does not matter.
void reshape(Operator& op) {
  if (!op.takes(1, 2)) return;
  op.node(ops::reshape, ops::ReshapeAttributes{.shape = op.output().shape}, {op.inputs[0]});
}

/// Shapes are known: a constant.
void shape(Operator& op) {
  if (!op.takes(1, 1)) return;
  const Shape extents = op.input(0).shape;
  Tensor& output = op.graph[op.outputs[0]];
  const bool taken = output.constant || output.variable ||
                     std::find(op.graph.inputs.begin(), op.graph.inputs.end(), op.outputs[0]) !=
                         op.graph.inputs.end();
  if (taken) return op.error("has an output that has a value already", "export the model again");
  const bool wide = output.type == ElementType::s64;
  if ((!wide && output.type != ElementType::s32) ||
      element_count(output.shape) != static_cast<std::int64_t>(extents.size()))
    return op.error("has an output that is no shape", "export the model again");
  output.data = wide ? to_bytes(std::vector<std::int64_t>(extents.begin(), extents.end()))
                     : to_bytes(extents);
  output.constant = true;
}

void transpose(Operator& op) {
  if (!op.takes(2, 2)) return;
  if (const auto permutation = op.constants(1, "permutation", op.input(0).shape.size()))
    op.node(ops::transpose, ops::TransposeAttributes{.permutation = *permutation}, {op.inputs[0]});
}

void concatenation(Operator& op) {
  const auto* table = op.table(&format::Operator::builtin_options_as_ConcatenationOptions);
  if (!table || !op.takes(1, SIZE_MAX)) return;
  const auto axis = op.axis(table->axis(), op.output().shape.size());
  const auto activation = op.activation(table->fused_activation_function());
  if (!axis || !activation) return;
  if (*activation != Activation::none)
    return op.error("has a fused activation", "make the activation an operator of its own");
  std::vector<TensorId> operands;
  for (const TensorId id : op.inputs) {
    if (id == no_tensor) return op.error("lacks an input", "export the model again");
    operands.push_back(as_output_quantized(op, id));
  }
  op.node(ops::concat, ops::ConcatAttributes{.axis = *axis}, std::move(operands));
}

void pack(Operator& op) {
  const auto* table = op.table(&format::Operator::builtin_options_as_PackOptions);
  if (!table || !op.takes(1, SIZE_MAX)) return;
  const auto axis = op.axis(table->axis(), op.output().shape.size());
  if (!axis) return;
  std::vector<TensorId> operands;
  for (const TensorId id : op.inputs) {
    if (id == no_tensor) return op.error("lacks an input", "export the model again");
    Shape shape = op.graph[id].shape;
    if (shape.size() + 1 != op.output().shape.size())
      return op.error("inputs and output do not fit", "export the model again");
    shape.insert(shape.begin() + *axis, 1);
    operands.push_back(op.intermediate(ops::reshape, ops::ReshapeAttributes{.shape = shape},
                                       {as_output_quantized(op, id)}, shape));
  }
  op.node(ops::concat, ops::ConcatAttributes{.axis = *axis}, std::move(operands));
}

void unpack(Operator& op) {
  const auto* table = op.table(&format::Operator::builtin_options_as_UnpackOptions);
  if (!table || !op.takes(1, 1, op.outputs.size())) return;
  const auto axis = op.axis(table->axis(), op.input(0).shape.size());
  if (!axis) return;
  if (static_cast<std::size_t>(op.input(0).shape[static_cast<std::size_t>(*axis)]) !=
      op.outputs.size())
    return op.error("has not one output per index of its axis", "export the model again");
  split_along(op, op.inputs[0], *axis, std::vector<std::int32_t>(op.outputs.size(), 1));
}

void split(Operator& op) {
  if (!op.takes(2, 2, op.outputs.size())) return;
  const auto given = op.constants(0, "axis", 1);
  if (!given) return;
  const auto axis = op.axis((*given)[0], op.input(1).shape.size());
  if (!axis) return;
  const auto parts = static_cast<std::int32_t>(op.outputs.size());
  const std::int32_t extent = op.input(1).shape[static_cast<std::size_t>(*axis)];
  if (extent % parts != 0)
    return op.error(fmt::format("cannot split {} into {} equal parts", extent, parts),
                    "export the model again");
  split_along(op, op.inputs[1], *axis,
              std::vector<std::int32_t>(op.outputs.size(), extent / parts));
}

void split_v(Operator& op) {
  if (!op.takes(3, 3, op.outputs.size())) return;
  auto sizes = op.constants(1, "sizes", op.outputs.size());
  const auto given = op.constants(2, "axis", 1);
  if (!sizes || !given) return;
  const auto axis = op.axis((*given)[0], op.input(0).shape.size());
  if (!axis) return;
  const std::int32_t extent = op.input(0).shape[static_cast<std::size_t>(*axis)];
  if (!complete(*sizes, extent))
    return op.error(fmt::format("sizes {} do not add up to {}", fmt::join(*sizes, ", "), extent),
                    "export the model again");
  split_along(op, op.inputs[0], *axis, *sizes);
}

void slice(Operator& op) {
  if (!op.takes(3, 3)) return;
  const Shape extents = op.input(0).shape;
  const auto begin = op.constants(1, "begin", extents.size());
  auto size = op.constants(2, "size", extents.size());
  if (!begin || !size) return;
  for (std::size_t i = 0; i < extents.size(); ++i)
    if ((*size)[i] == -1 && (*begin)[i] >= 0) (*size)[i] = extents[i] - (*begin)[i];
  op.node(
      ops::slice,
      ops::SliceAttributes{
          .begin = *begin, .stride = std::vector<std::int32_t>(extents.size(), 1), .size = *size},
      {op.inputs[0]});
}

void pad(Operator& op) {
  if (!op.takes(2, 3)) return;
  const std::size_t rank = op.input(0).shape.size();
  const auto amounts = op.constants(1, "paddings", rank * 2);
  if (!amounts) return;
  ops::PadAttributes attributes;
  for (std::size_t i = 0; i < rank; ++i) {
    attributes.before.push_back((*amounts)[2 * i]);
    attributes.after.push_back((*amounts)[2 * i + 1]);
  }
  if (pad_value(op, attributes)) op.node(ops::pad, attributes, {op.inputs[0]});
}

void mean(Operator& op) {
  reduce(op, ops::mean);
}
void sum(Operator& op) {
  reduce(op, ops::sum);
}
void arg_max(Operator& op) {
  arg_extreme(op, ops::arg_max);
}
void arg_min(Operator& op) {
  arg_extreme(op, ops::arg_min);
}

void resize_nearest_neighbor(Operator& op) {
  resize(op, ops::resize_nearest,
         op.table(&format::Operator::builtin_options_as_ResizeNearestNeighborOptions));
}

void resize_bilinear(Operator& op) {
  resize(op, ops::resize_bilinear,
         op.table(&format::Operator::builtin_options_as_ResizeBilinearOptions));
}

}  // namespace smelt::tflite
