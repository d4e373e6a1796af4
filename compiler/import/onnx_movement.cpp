// SPDX-License-Identifier: Apache-2.0
//
// Operators that move elements. Many become slice, concat and reshape.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "compiler/import/onnx_operators.h"
#include "compiler/import/onnx_parts.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/slice.h"

namespace smelt::onnx_import {
namespace {

std::vector<std::int64_t> counting(std::size_t count) {
  std::vector<std::int64_t> result(count);
  std::iota(result.begin(), result.end(), 0);
  return result;
}

/// One dimension of a slice, by the rules of NumPy.
void cut(ops::SliceAttributes& attributes, std::size_t dimension, std::int64_t start,
         std::int64_t end, std::int32_t step) {
  const std::int64_t extent = attributes.size[dimension];
  const bool forward = step > 0;
  const auto wrapped = [&](std::int64_t index) {
    if (index < 0) index += std::min(extent, INT64_MAX);
    return std::clamp<std::int64_t>(index, forward ? 0 : -1, forward ? extent : extent - 1);
  };
  // An end before the first element, when counting down, includes it.
  const std::int64_t first = wrapped(start);
  const std::int64_t last = !forward && end < -extent ? -1 : wrapped(end);
  const std::int64_t distance = forward ? last - first : first - last;
  const std::int64_t length = forward ? step : -std::int64_t{step};
  attributes.begin[dimension] = static_cast<std::int32_t>(first);
  attributes.stride[dimension] = step;
  attributes.size[dimension] =
      distance <= 0 ? 0 : static_cast<std::int32_t>((distance + length - 1) / length);
}

}  // namespace

/// Also Dropout of a model that is not trained.
void identity(Operator& op) {
  if (op.takes(1, 1)) op.result(op.inputs[0]);
}

void dropout(Operator& op) {
  op.ignore("ratio");
  op.ignore("seed");
  if (!op.takes(1, 3)) return;
  if (op.version < 7 && op.integer("is_test", 0) == 0)
    return op.error("is in training mode", "export the model for inference");
  if (op.has(2)) {
    const Tensor& training = op.input(2);
    if (!training.constant || integers(training) != std::vector<std::int64_t>{0})
      return op.error("is in training mode", "export the model for inference");
  }
  op.result(op.inputs[0]);
}

void reshape(Operator& op) {
  const bool allow_zero = op.integer("allowzero", 0) != 0;
  if (!op.takes(2, 2)) return;
  const auto values = op.constant(1, "shape");
  if (!values) return;
  const Shape from = op.input(0).shape;
  Shape shape;
  std::int64_t known = 1;
  for (std::size_t i = 0; i < values->size(); ++i) {
    std::int64_t extent = (*values)[i];
    if (extent == 0 && !allow_zero && i < from.size()) extent = from[i];
    if (extent < -1 || extent > INT32_MAX || (extent > 0 && known > INT32_MAX / extent))
      return op.error(fmt::format("has the shape [{}]", fmt::join(*values, ", ")), damaged_file);
    if (extent >= 0) known *= extent;
    shape.push_back(static_cast<std::int32_t>(extent));
  }
  const auto open = std::find(shape.begin(), shape.end(), -1);
  if (open != shape.end() && known > 0)
    *open = static_cast<std::int32_t>(element_count(from) / known);
  op.result(op.reshape(op.inputs[0], shape));
}

void flatten(Operator& op) {
  const std::int64_t stated = op.integer("axis", 1);
  if (!op.takes(1, 1)) return;
  const Shape shape = op.input(0).shape;
  const auto rank = static_cast<std::int64_t>(shape.size());
  if (stated < -rank || stated > rank)
    return op.error(fmt::format("has axis {}", stated), damaged_file);
  const auto middle = shape.begin() + (stated < 0 ? stated + rank : stated);
  op.result(
      op.reshape(op.inputs[0], {static_cast<std::int32_t>(element_count({shape.begin(), middle})),
                                static_cast<std::int32_t>(element_count({middle, shape.end()}))}));
}

void squeeze(Operator& op) {
  if (!op.takes(1, 2)) return;
  const Shape shape = op.input(0).shape;
  const auto stated = op.input_or_attribute(1, "axes");
  if (!stated) return;
  const auto axes = op.axes(*stated, shape.size());
  if (!axes) return;
  Shape result;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool named = std::binary_search(axes->begin(), axes->end(), static_cast<int>(i));
    if (named && shape[i] != 1)
      return op.error(fmt::format("squeezes dimension {} of {}", i, to_string(shape)),
                      damaged_file);
    if (!named && (shape[i] != 1 || !axes->empty())) result.push_back(shape[i]);
  }
  op.result(op.reshape(op.inputs[0], result));
}

void unsqueeze(Operator& op) {
  if (!op.takes(1, 2)) return;
  Shape shape = op.input(0).shape;
  const auto stated = op.input_or_attribute(1, "axes");
  if (!stated) return;
  const auto axes = op.axes(*stated, shape.size() + stated->size());
  if (!axes) return;
  if (axes->size() != stated->size()) return op.error("names an axis twice", damaged_file);
  for (const std::int32_t axis : *axes) shape.insert(shape.begin() + axis, 1);
  op.result(op.reshape(op.inputs[0], shape));
}

void transpose(Operator& op) {
  std::vector<std::int32_t> permutation = op.list("perm");
  if (!op.takes(1, 1)) return;
  if (permutation.empty()) {
    for (const std::int64_t i : counting(op.input(0).shape.size()))
      permutation.insert(permutation.begin(), static_cast<std::int32_t>(i));
  }
  if (permutation.size() != op.input(0).shape.size())
    return op.error(fmt::format("has the permutation [{}] for an input {}",
                                fmt::join(permutation, ", "), to_string(op.input(0).shape)),
                    damaged_file);
  op.result(op.transpose(op.inputs[0], permutation));
}

void concat(Operator& op) {
  const std::int64_t stated = op.integer("axis", 0);
  if (!op.takes(1, SIZE_MAX)) return;
  const auto axis = op.axis(stated, op.input(0).shape.size());
  if (!axis) return;
  std::vector<TensorId> operands;
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    if (!op.has(i)) return op.error("lacks an operand", damaged_file);
    if (element_count(op.input(i).shape) > 0) operands.push_back(op.inputs[i]);
  }
  if (operands.empty()) return op.error("joins nothing but empty tensors", damaged_file);
  if (operands.size() == 1) return op.result(operands[0]);
  op.result(op.apply(ops::concat, ops::ConcatAttributes{.axis = *axis}, operands));
}

void split(Operator& op) {
  const std::int64_t stated = op.integer("axis", 0);
  const std::size_t parts = op.output_count();
  if (!op.takes(1, 2, parts)) return;
  const auto axis = op.axis(stated, op.input(0).shape.size());
  auto sizes = op.input_or_attribute(1, "split");
  const std::int64_t counted =
      op.integer("num_outputs", static_cast<std::int64_t>(parts));  // since version 18
  if (!axis || !sizes) return;
  const auto dimension = static_cast<std::size_t>(*axis);
  ops::SliceAttributes attributes = everything(op.input(0).shape);
  const std::int64_t extent = attributes.size[dimension];
  if (counted != static_cast<std::int64_t>(parts)) return op.error("lacks outputs", damaged_file);
  if (sizes->empty()) {
    if (extent % counted != 0)
      return op.error(fmt::format("cannot split {} into {} equal parts", extent, parts),
                      "state the sizes of the parts");
    sizes->assign(parts, extent / counted);
  }
  std::int64_t left = extent;
  for (const std::int64_t size : *sizes)
    if (size < 0 || (left -= size) < 0) break;
  if (sizes->size() != parts || left != 0)
    return op.error(fmt::format("sizes {} are not those of {} parts of {}", fmt::join(*sizes, ", "),
                                parts, extent),
                    damaged_file);
  for (std::size_t i = 0; i < parts; ++i) {
    attributes.size[dimension] = static_cast<std::int32_t>((*sizes)[i]);
    if (op.wants(i)) op.result(slice_of(op, op.inputs[0], attributes), i);
    attributes.begin[dimension] += attributes.size[dimension];
  }
}

void slice(Operator& op) {
  if (!op.takes(op.version < 10 ? 1 : 3, 5)) return;
  const std::size_t rank = op.input(0).shape.size();
  const auto starts = op.input_or_attribute(1, "starts"), ends = op.input_or_attribute(2, "ends");
  auto axes = op.input_or_attribute(3, "axes");
  if (!starts || !ends || !axes) return;
  const auto steps =
      op.has(4) ? op.constant(4, "steps") : std::vector<std::int64_t>(starts->size(), 1);
  if (!steps) return;
  if (axes->empty()) axes = counting(starts->size());
  if (ends->size() != starts->size() || axes->size() != starts->size() ||
      steps->size() != starts->size())
    return op.error("has lists of different lengths", damaged_file);
  ops::SliceAttributes attributes = everything(op.input(0).shape);
  std::vector<bool> seen(rank);
  for (std::size_t i = 0; i < starts->size(); ++i) {
    const auto axis = op.axis((*axes)[i], rank);
    if (!axis) return;
    const auto dimension = static_cast<std::size_t>(*axis);
    if (seen[dimension] || (*steps)[i] == 0)
      return op.error("has an axis twice or step 0", damaged_file);
    seen[dimension] = true;
    const std::int64_t step = std::clamp<std::int64_t>((*steps)[i], -INT32_MAX, INT32_MAX);
    cut(attributes, dimension, (*starts)[i], (*ends)[i], static_cast<std::int32_t>(step));
  }
  op.result(slice_of(op, op.inputs[0], attributes));
}

}  // namespace smelt::onnx_import
