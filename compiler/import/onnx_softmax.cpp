// SPDX-License-Identifier: Apache-2.0
//
// Softmax, its logarithm, and the maximum as ones among zeros: over rows, once the axis is the
// last.
#include <numeric>

#include "compiler/import/onnx_operators.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/comparison.h"
#include "compiler/ops/log_softmax.h"
#include "compiler/ops/softmax.h"

namespace smelt::onnx_import {
namespace {

/// What to do with the rows of a tensor.
using OfRows = TensorId (*)(Operator& op, TensorId rows);

/// Before version 13, they are over an axis and all behind it.
void of_rest(Operator& op, OfRows of_rows) {
  const std::int64_t stated = op.integer("axis", 1);
  const Shape shape = op.input(0).shape;
  const auto axis = op.axis(stated, shape.size());
  if (!axis) return;
  const auto middle = shape.begin() + *axis;
  const TensorId rows =
      op.reshape(op.inputs[0], {static_cast<std::int32_t>(element_count({shape.begin(), middle})),
                                static_cast<std::int32_t>(element_count({middle, shape.end()}))});
  op.result(op.reshape(of_rows(op, rows), shape));
}

/// Over one axis, which is moved to the end and back.
void over_axis(Operator& op, OfRows of_rows) {
  if (!op.takes(1, 1)) return;
  if (op.version < 13) return of_rest(op, of_rows);
  const std::int64_t stated = op.integer("axis", -1);
  const std::size_t rank = op.input(0).shape.size();
  const auto axis = op.axis(stated, rank);
  if (!axis) return;
  std::vector<std::int32_t> swap(rank);
  std::iota(swap.begin(), swap.end(), 0);
  std::swap(swap[static_cast<std::size_t>(*axis)], swap.back());
  const TensorId result = of_rows(op, op.transpose(op.inputs[0], swap));
  if (result != no_tensor) op.result(op.transpose(result, swap));
}

/// 1 where the position along the last axis is that of the largest element, the first of equals.
TensorId ones_at_largest(Operator& op, TensorId rows) {
  if (rows == no_tensor) return no_tensor;
  const ElementType type = op.graph[rows].type;
  Shape shape = op.shape(rows);
  const auto axis = static_cast<std::int32_t>(shape.size()) - 1;
  std::vector<std::int32_t> positions(static_cast<std::size_t>(shape.back()));
  std::iota(positions.begin(), positions.end(), 0);
  const TensorId each = op.add_constant(ElementType::s32, {shape.back()}, to_bytes(positions));
  shape.back() = 1;
  const TensorId largest = op.reshape(
      op.apply(ops::arg_max, ops::ArgAttributes{.axis = axis}, {rows}, ElementType::s32), shape);
  const TensorId found =
      op.apply(ops::equal, ops::equal.attributes.make(), {largest, each}, ElementType::boolean);
  return op.apply(ops::cast, ops::cast.attributes.make(), {found}, type);
}

}  // namespace

void softmax(Operator& op) {
  over_axis(op, [](Operator& o, TensorId rows) {
    return o.apply(ops::softmax, ops::SoftmaxAttributes{}, {rows});
  });
}

void log_softmax(Operator& op) {
  over_axis(op, [](Operator& o, TensorId rows) {
    return o.apply(ops::log_softmax, ops::log_softmax.attributes.make(), {rows});
  });
}

void hardmax(Operator& op) {
  over_axis(op, ones_at_largest);
}

}  // namespace smelt::onnx_import
