// SPDX-License-Identifier: Apache-2.0
//
// Normalization by what a model is given: by layer, instance, mean and variance, or norm. (Batch
// normalization, whose numbers are known, is a layer with weights.)
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "compiler/import/onnx_operators.h"
#include "compiler/ops/add.h"
#include "compiler/ops/local_response.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/normalize.h"
#include "compiler/ops/reduce.h"

namespace smelt::onnx_import {
namespace {

std::vector<std::int32_t> axes_from(std::int32_t first, std::size_t rank) {
  std::vector<std::int32_t> axes(rank - static_cast<std::size_t>(first));
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

/// Scale and offset, where they are given: operands that broadcast.
TensorId scaled_and_moved(Operator& op, TensorId id, TensorId scale, TensorId offset) {
  if (scale != absent) id = op.apply(ops::mul, ops::MulAttributes{}, {id, scale});
  return offset == absent ? id : op.apply(ops::add, ops::AddAttributes{}, {id, offset});
}

/// One number per channel of an image NCHW..., so that it broadcasts.
TensorId by_channel(Operator& op, std::size_t i) {
  const Shape& image = op.input(0).shape;
  Shape shape(image.size() - 1, 1);
  shape[0] = image[1];
  if (element_count(op.input(i).shape) == image[1]) return op.reshape(op.inputs[i], shape);
  op.error(fmt::format("has {} parameters for an input {}", to_string(op.input(i).shape),
                       to_string(image)),
           "the file does not follow the format; export the model again");
  return no_tensor;
}

}  // namespace

void layer_normalization(Operator& op) {
  if (!op.takes(2, 3, 3)) return;
  op.ignore("stash_type");  // of float32, which all is computed in
  const std::size_t rank = op.input(0).shape.size();
  const auto axis = op.axis(op.integer("axis", -1), rank);
  const float epsilon = op.real("epsilon", 1e-5F);
  if (!axis) return;
  const ops::NormalizeAttributes attributes{.axes = axes_from(*axis, rank), .epsilon = epsilon};
  const TensorId normal = op.apply(ops::normalize, attributes, {op.inputs[0]});
  op.result(scaled_and_moved(op, normal, op.inputs[1], op.has(2) ? op.inputs[2] : absent));
  if (op.wants(1))
    op.result(op.apply(ops::mean, ops::ReduceAttributes{.axes = attributes.axes, .keep_dims = true},
                       {op.inputs[0]}),
              1);
  if (op.wants(2)) op.result(op.apply(ops::inverse_deviation, attributes, {op.inputs[0]}), 2);
}

void instance_normalization(Operator& op) {
  if (!op.takes(3, 3)) return;
  op.ignore("consumed_inputs");
  const std::size_t rank = op.input(0).shape.size();
  if (rank < 3)
    return op.error(fmt::format("the input has shape {}", to_string(op.input(0).shape)),
                    "images of any number of dimensions are supported: NCW, NCHW");
  const ops::NormalizeAttributes attributes{.axes = axes_from(2, rank),
                                            .epsilon = op.real("epsilon", 1e-5F)};
  const TensorId normal = op.apply(ops::normalize, attributes, {op.inputs[0]});
  op.result(scaled_and_moved(op, normal, by_channel(op, 1), by_channel(op, 2)));
}

void mean_variance_normalization(Operator& op) {
  if (!op.takes(1, 1)) return;
  std::vector<std::int32_t> given = op.list("axes");
  if (given.empty()) given = {0, 2, 3};
  const auto axes = op.axes({given.begin(), given.end()}, op.input(0).shape.size());
  // The format adds 1e-9 to the deviation, not to the variance: it matters where that is 0 alone.
  if (axes) op.result(op.apply(ops::normalize, ops::NormalizeAttributes{*axes}, {op.inputs[0]}));
}

/// Over the channels of an image NCHW.
void local_response(Operator& op) {
  if (!op.takes(1, 1)) return;
  const std::int64_t size = op.integer("size", 0);
  const ops::LocalResponseAttributes attributes{
      .axis = 1,
      .size = static_cast<std::int32_t>(std::clamp<std::int64_t>(size, 0, INT32_MAX)),
      .alpha = op.real("alpha", 1e-4F),
      .beta = op.real("beta", 0.75F),
      .bias = op.real("bias", 1)};
  op.result(op.apply(ops::local_response, attributes, {op.inputs[0]}));
}

void lp_normalization(Operator& op) {
  if (!op.takes(1, 1)) return;
  const std::int64_t p = op.integer("p", 2);
  const auto axis = op.axis(op.integer("axis", -1), op.input(0).shape.size());
  if (!axis) return;
  if (p != 1 && p != 2)
    return op.error(fmt::format("p is {}", p), "the norms 1 and 2 are supported");
  op.result(op.apply(p == 1 ? ops::l1_normalize : ops::l2_normalize,
                     ops::NormalizeAttributes{.axes = {*axis}}, {op.inputs[0]}));
}

}  // namespace smelt::onnx_import
