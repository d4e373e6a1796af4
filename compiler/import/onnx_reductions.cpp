// SPDX-License-Identifier: Apache-2.0
//
// Operators that reduce over axes.
#include <numeric>

#include "compiler/import/onnx_operators.h"
#include "compiler/import/onnx_parts.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/cum_sum.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/reduce_by.h"

namespace smelt::onnx_import {

namespace {

void reduce(Operator& op, const OpDef& def) {
  const bool keep = op.integer("keepdims", 1) != 0;
  const bool none_is_none = op.integer("noop_with_empty_axes", 0) != 0;
  if (!op.takes(1, 2)) return;
  const std::size_t rank = op.input(0).shape.size();
  auto stated = op.input_or_attribute(1, "axes");
  if (!stated) return;
  if (stated->empty() && none_is_none) return op.result(op.inputs[0]);
  if (stated->empty()) {
    stated->resize(rank);
    std::iota(stated->begin(), stated->end(), 0);
  }
  const auto axes = op.axes(*stated, rank);
  if (!axes) return;
  op.result(op.apply(def, ops::ReduceAttributes{.axes = *axes, .keep_dims = keep}, {op.inputs[0]}));
}

void arg_extreme(Operator& op, const OpDef& def) {
  const std::int64_t stated = op.integer("axis", 0);
  const bool keep = op.integer("keepdims", 1) != 0;
  const bool last = op.integer("select_last_index", 0) != 0;
  if (!op.takes(1, 1)) return;
  Shape shape = op.input(0).shape;
  const auto axis = op.axis(stated, shape.size());
  if (!axis) return;
  shape[static_cast<std::size_t>(*axis)] = 1;
  const TensorId index = op.apply(def, ops::ArgAttributes{.axis = *axis, .last = last},
                                  {op.inputs[0]}, ElementType::s64);
  op.result(keep ? op.reshape(index, shape) : index);
}

}  // namespace

void reduce_mean(Operator& op) {
  reduce(op, ops::mean);
}
void reduce_sum(Operator& op) {
  reduce(op, ops::sum);
}
void reduce_l1(Operator& op) {
  reduce(op, ops::reduce_l1);
}
void reduce_l2(Operator& op) {
  reduce(op, ops::reduce_l2);
}
void reduce_log_sum(Operator& op) {
  reduce(op, ops::reduce_log_sum);
}
void reduce_log_sum_exp(Operator& op) {
  reduce(op, ops::reduce_log_sum_exp);
}
void reduce_max(Operator& op) {
  reduce(op, ops::reduce_max);
}
void reduce_min(Operator& op) {
  reduce(op, ops::reduce_min);
}
void reduce_prod(Operator& op) {
  reduce(op, ops::reduce_prod);
}
void reduce_sum_square(Operator& op) {
  reduce(op, ops::reduce_sum_square);
}
void arg_max(Operator& op) {
  arg_extreme(op, ops::arg_max);
}
void arg_min(Operator& op) {
  arg_extreme(op, ops::arg_min);
}

void cum_sum(Operator& op) {
  const bool exclusive = op.integer("exclusive", 0) != 0;
  const bool reverse = op.integer("reverse", 0) != 0;
  if (!op.takes(2, 2)) return;
  const auto stated = op.constant(1, "axis");
  if (!stated) return;
  if (stated->size() != 1) return op.error("has no single axis", damaged_file);
  if (const auto axis = op.axis((*stated)[0], op.input(0).shape.size()))
    op.result(
        op.apply(ops::cum_sum,
                 ops::CumSumAttributes{.axis = *axis, .exclusive = exclusive, .reverse = reverse},
                 {op.inputs[0]}));
}

}  // namespace smelt::onnx_import
