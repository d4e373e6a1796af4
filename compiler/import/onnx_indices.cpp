// SPDX-License-Identifier: Apache-2.0
//
// Operators that take or put elements by index. Indices that are known become slices.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/import/onnx_operators.h"
#include "compiler/import/onnx_parts.h"
#include "compiler/import/places.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/gather.h"
#include "compiler/ops/gather_elements.h"
#include "compiler/ops/gather_nd.h"
#include "compiler/ops/one_hot.h"
#include "compiler/ops/scatter.h"
#include "compiler/ops/top_k.h"

namespace smelt::onnx_import {
namespace {

/// Places along a dimension, negative ones counted from the end; nothing after reporting one that
/// is outside.
std::optional<std::vector<std::int32_t>> resolved(Operator& op,
                                                  const std::vector<std::int64_t>& indices,
                                                  std::int64_t extent) {
  std::vector<std::int32_t> places;
  for (const std::int64_t index : indices) {
    if (index < -extent || index >= extent) {
      op.error(fmt::format("index {} is outside of {} elements", index, extent), damaged_file);
      return std::nullopt;
    }
    places.push_back(static_cast<std::int32_t>(index < 0 ? index + extent : index));
  }
  return places;
}

/// Elements along one axis; those that go up or down by the same step are one slice.
TensorId take_along(Operator& op, TensorId id, std::size_t axis,
                    const std::vector<std::int32_t>& places) {
  if (places.empty()) {
    op.error("takes no elements", "remove it from the model");
    return no_tensor;
  }
  const std::int32_t step = places.size() > 1 ? places[1] - places[0] : 1;
  bool even = true;
  for (std::size_t i = 1; i < places.size(); ++i) even = even && places[i] - places[i - 1] == step;
  if (!even) {
    Places all(op.shape(id).size());
    all[axis] = places;
    return take(op, id, all);
  }
  ops::SliceAttributes attributes = everything(op.shape(id));
  attributes.begin[axis] = places[0];
  attributes.stride[axis] = step;
  attributes.size[axis] = static_cast<std::int32_t>(places.size());
  return slice_of(op, id, attributes);
}

TensorId gather_constant(Operator& op, std::size_t axis) {
  const Shape shape = op.input(0).shape;
  const auto indices = op.constant(1, "indices");
  const auto places = indices ? resolved(op, *indices, shape[axis]) : std::nullopt;
  if (!places) return no_tensor;
  const Shape index_shape = op.input(1).shape;
  Shape result = shape;
  result.erase(result.begin() + static_cast<std::ptrdiff_t>(axis));
  result.insert(result.begin() + static_cast<std::ptrdiff_t>(axis), index_shape.begin(),
                index_shape.end());
  return op.reshape(take_along(op, op.inputs[0], axis, *places), result);
}

}  // namespace

void gather(Operator& op) {
  const std::int64_t stated = op.integer("axis", 0);
  if (!op.takes(2, 2)) return;
  const auto axis = op.axis(stated, op.input(0).shape.size());
  if (!axis) return;
  op.result(op.input(1).constant ? gather_constant(op, static_cast<std::size_t>(*axis))
                                 : op.apply(ops::gather, ops::GatherAttributes{.axis = *axis},
                                            {op.inputs[0], op.inputs[1]}));
}

void gather_elements(Operator& op) {
  const std::int64_t stated = op.integer("axis", 0);
  if (!op.takes(2, 2)) return;
  if (const auto axis = op.axis(stated, op.input(0).shape.size()))
    op.result(op.apply(ops::gather_elements, ops::GatherElementsAttributes{.axis = *axis},
                       {op.inputs[0], op.inputs[1]}));
}

void gather_nd(Operator& op) {
  const std::int64_t batch_dims = op.integer("batch_dims", 0);
  if (!op.takes(2, 2)) return;
  const auto batches = static_cast<std::int32_t>(std::clamp<std::int64_t>(batch_dims, -1, 99));
  op.result(op.apply(ops::gather_nd, ops::GatherNdAttributes{.batch_dims = batches},
                     {op.inputs[0], op.inputs[1]}));
}

/// Also what it was called at first: Scatter.
void scatter_elements(Operator& op) {
  const std::int64_t stated = op.integer("axis", 0);
  const std::string reduction = op.text("reduction", "none");
  if (!op.takes(3, 3)) return;
  if (const auto axis = op.axis(stated, op.input(0).shape.size()))
    op.result(op.apply(ops::scatter_elements,
                       ops::ScatterElementsAttributes{.axis = *axis, .reduction = reduction},
                       {op.inputs[0], op.inputs[1], op.inputs[2]}));
}

void scatter_nd(Operator& op) {
  const std::string reduction = op.text("reduction", "none");
  if (!op.takes(3, 3)) return;
  op.result(op.apply(ops::scatter_nd, ops::ScatterNdAttributes{.reduction = reduction},
                     {op.inputs[0], op.inputs[1], op.inputs[2]}));
}

void compress(Operator& op) {
  const bool flat = !op.has_attribute("axis");
  const std::int64_t stated = op.integer("axis", 0);
  if (!op.takes(2, 2)) return;
  const Tensor& condition = op.input(1);
  if (!condition.constant || condition.type != ElementType::boolean)
    return op.error(
        fmt::format("condition \"{}\" is not a constant boolean tensor", condition.name),
        fmt::format("if it is an input of the model, give its value: --bind {}=file.npy",
                    condition.name));
  std::vector<std::int64_t> chosen;
  for (std::size_t i = 0; i < condition.data.size(); ++i)
    if (condition.data[i] != 0) chosen.push_back(static_cast<std::int64_t>(i));
  const Shape shape = op.input(0).shape;
  const auto count = static_cast<std::int32_t>(element_count(shape));
  const TensorId data = flat ? op.reshape(op.inputs[0], {count}) : op.inputs[0];
  if (data == no_tensor) return;
  const auto axis = op.axis(stated, op.shape(data).size());
  if (!axis) return;
  const auto dimension = static_cast<std::size_t>(*axis);
  if (const auto places = resolved(op, chosen, op.shape(data)[dimension]))
    op.result(take_along(op, data, dimension, *places));
}

namespace {

/// Lengths are from 1 to what there is.
bool has_lengths(Operator& op, const std::vector<std::int64_t>& lengths, std::int32_t batches,
                 std::int32_t steps) {
  const bool fits = lengths.size() == static_cast<std::size_t>(batches) &&
                    std::all_of(lengths.begin(), lengths.end(), [&](std::int64_t length) {
                      return length >= 0 && length <= steps;
                    });
  if (!fits)
    op.error(
        fmt::format("has the sequence lengths [{}] of {} steps", fmt::join(lengths, ", "), steps),
        damaged_file);
  return fits;
}

}  // namespace

/// The first two dimensions, time and batch, are one of which places are taken.
void reverse_sequence(Operator& op) {
  const std::int64_t time_axis = op.integer("time_axis", 0);
  const std::int64_t batch_axis = op.integer("batch_axis", 1);
  if (!op.takes(2, 2)) return;
  const Shape shape = op.input(0).shape;
  const bool time_major = time_axis == 0 && batch_axis == 1;
  if (shape.size() < 2 || (!time_major && !(time_axis == 1 && batch_axis == 0)))
    return op.error(
        fmt::format("reverses axis {} of {} by axis {}", time_axis, to_string(shape), batch_axis),
        damaged_file);
  const auto lengths = op.constant(1, "sequence_lens");
  const std::int32_t steps = shape[time_major ? 0 : 1], batches = shape[time_major ? 1 : 0];
  if (!lengths || !has_lengths(op, *lengths, batches, steps)) return;
  Shape merged(shape.begin() + 1, shape.end());
  merged[0] *= shape[0];
  std::vector<std::int32_t> places(static_cast<std::size_t>(merged[0]));
  const auto at = [&](std::int32_t time, std::int32_t batch) {
    return time_major ? time * batches + batch : batch * steps + time;
  };
  for (std::int32_t batch = 0; batch < batches; ++batch) {
    const auto length = static_cast<std::int32_t>((*lengths)[static_cast<std::size_t>(batch)]);
    for (std::int32_t time = 0; time < steps; ++time)
      places[static_cast<std::size_t>(at(time, batch))] =
          at(time < length ? length - 1 - time : time, batch);
  }
  const TensorId rows = op.reshape(op.inputs[0], merged);
  if (rows != no_tensor) op.result(op.reshape(take_along(op, rows, 0, places), shape));
}

void one_hot(Operator& op) {
  const std::int64_t stated = op.integer("axis", -1);
  if (!op.takes(3, 3)) return;
  const auto depth = number(op, 1, "depth");
  const auto axis = op.axis(stated, op.input(0).shape.size() + 1);
  if (!depth || !axis) return;
  const ElementType type = op.input(0).type;
  TensorId indices = op.inputs[0];
  if (type != ElementType::s32 && type != ElementType::s64)
    indices = op.apply(ops::cast, ops::cast.attributes.make(), {indices}, ElementType::s32);
  const auto elements = static_cast<std::int32_t>(std::clamp<double>(*depth, 0, INT32_MAX));
  op.result(op.apply(ops::one_hot, ops::OneHotAttributes{.axis = *axis, .depth = elements},
                     {indices, op.inputs[2]}, op.input(2).type));
}

void top_k(Operator& op) {
  const std::int64_t stated = op.integer("axis", -1);
  const bool largest = op.integer("largest", 1) != 0;
  op.ignore("sorted");
  const std::int64_t attribute = op.version < 10 ? op.integer("k", 0) : 0;
  if (!op.takes(op.version < 10 ? 1 : 2, 2, 2)) return;
  const auto axis = op.axis(stated, op.input(0).shape.size());
  const auto k = op.has(1) ? op.constant(1, "k") : std::vector<std::int64_t>{attribute};
  if (!axis || !k) return;
  if (k->size() != 1) return op.error(fmt::format("has {} numbers k", k->size()), damaged_file);
  const auto count = static_cast<std::int32_t>(std::clamp<std::int64_t>((*k)[0], 0, INT32_MAX));
  const TensorId places =
      op.apply(ops::top_k, ops::TopKAttributes{.axis = *axis, .k = count, .largest = largest},
               {op.inputs[0]}, ElementType::s64);
  if (op.wants(0))
    op.result(op.apply(ops::gather_elements, ops::GatherElementsAttributes{.axis = *axis},
                       {op.inputs[0], places}));
  op.result(places, 1);
}

}  // namespace smelt::onnx_import
