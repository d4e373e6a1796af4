// SPDX-License-Identifier: Apache-2.0
//
// How operators are drawn that find elements by index.
#include <algorithm>

#include "compiler/ops/arg.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/gather.h"
#include "compiler/ops/gather_elements.h"
#include "compiler/ops/gather_nd.h"
#include "compiler/ops/one_hot.h"
#include "compiler/ops/scatter.h"
#include "compiler/ops/top_k.h"
#include "tests/graphs/rows.h"

namespace smelt::test {
namespace {

using enum ElementType;

/// Indices into `extent` elements: constants, results that are inside, or whatever comes; some are
/// negative or outside.
TensorId indices(Sketch& s, Shape shape, std::int32_t extent) {
  const ElementType type = s.random.coin() ? s32 : s64;
  if (s.random.coin()) {
    std::vector<std::int64_t> values;
    for (std::int64_t i = element_count(shape); i > 0; --i)
      values.push_back(s.random.integer(-extent - 1, extent));
    const std::vector<std::int32_t> narrow(values.begin(), values.end());
    return s.constant(type, std::move(shape), type == s64 ? to_bytes(values) : to_bytes(narrow));
  }
  if (s.random.coin())
    return s.node(ops::cast, ops::cast.attributes.make(), {s.input(s8, std::move(shape), {})}, {},
                  type);
  shape.insert(shape.begin(), extent);
  return s.node(ops::arg_max, ops::ArgAttributes{0}, {s.input(s8, std::move(shape), {})}, {}, type);
}

std::int32_t some_axis(Sketch& s, TensorId x) {
  return s.random.integer(0, static_cast<std::int32_t>(s[x].shape.size()) - 1);
}

std::int32_t extent_of(Sketch& s, TensorId x, std::int32_t axis) {
  return s[x].shape[static_cast<std::size_t>(axis)];
}

/// A box in the tensor, but for the axis of any size.
Shape box_in(Sketch& s, TensorId x, std::int32_t axis) {
  Shape shape = s[x].shape;
  for (std::int32_t& extent : shape)
    if (s.random.coin()) extent = s.random.integer(1, extent);
  shape[static_cast<std::size_t>(axis)] = s.random.integer(1, 5);
  return shape;
}

std::string some_reduction(Sketch& s, ElementType type) {
  const bool plain = type == f32 || type == s32 || type == s64;
  return plain ? s.random.of<std::string>({"none", "add", "mul"}) : "none";
}

void gather(Sketch& s) {
  const TensorId x = s.pick(all_types, 1, 4);
  const std::int32_t axis = some_axis(s, x);
  const TensorId at =
      indices(s, s.random.shape(static_cast<std::size_t>(s.random.integer(0, 2)), 3),
              extent_of(s, x, axis));
  s.node(ops::gather, ops::GatherAttributes{axis}, {x, at}, s[x].quantization);
}

void gather_elements(Sketch& s) {
  const TensorId x = s.pick(all_types, 1, max_rank);
  const std::int32_t axis = some_axis(s, x);
  const TensorId at = indices(s, box_in(s, x, axis), extent_of(s, x, axis));
  s.node(ops::gather_elements, ops::GatherElementsAttributes{axis}, {x, at}, s[x].quantization);
}

/// Tuples for the dimensions of `x` behind the first `batch_dims`.
TensorId tuples(Sketch& s, TensorId x, std::int32_t batch_dims) {
  const Shape& data = s[x].shape;
  Shape shape(data.begin(), data.begin() + batch_dims);
  if (s.random.coin()) shape.push_back(s.random.integer(1, 3));
  shape.push_back(s.random.integer(1, static_cast<std::int32_t>(data.size()) - batch_dims));
  return indices(s, shape, *std::max_element(data.begin(), data.end()));
}

void gather_nd(Sketch& s) {
  const TensorId x = s.pick(all_types, 1, max_rank);
  const auto rank = static_cast<std::int32_t>(s[x].shape.size());
  const std::int32_t batch_dims = s.random.integer(0, std::min(rank - 1, 2));
  const TensorId at = tuples(s, x, batch_dims);
  s.node(ops::gather_nd, ops::GatherNdAttributes{batch_dims}, {x, at}, s[x].quantization);
}

void scatter_elements(Sketch& s) {
  const TensorId x = s.pick(all_types, 1, max_rank);
  const std::int32_t axis = some_axis(s, x);
  const TensorId at = indices(s, box_in(s, x, axis), extent_of(s, x, axis));
  const TensorId updates = s.operand(s[x].type, s[at].shape, s[x].quantization);
  s.node(ops::scatter_elements, ops::ScatterElementsAttributes{axis, some_reduction(s, s[x].type)},
         {x, at, updates}, s[x].quantization);
}

void scatter_nd(Sketch& s) {
  const TensorId x = s.pick(all_types, 1, max_rank);
  const TensorId at = tuples(s, x, 0);
  const Shape& data = s[x].shape;
  Shape shape = s[at].shape;
  const std::int32_t depth = shape.back();
  shape.pop_back();
  shape.insert(shape.end(), data.begin() + depth, data.end());
  const TensorId updates = s.operand(s[x].type, shape, s[x].quantization);
  s.node(ops::scatter_nd, ops::ScatterNdAttributes{some_reduction(s, s[x].type)}, {x, at, updates},
         s[x].quantization);
}

void one_hot(Sketch& s) {
  const std::int32_t depth = s.random.integer(1, 5);
  const Shape shape = s.random.shape(static_cast<std::size_t>(s.random.integer(0, 3)), 4);
  const TensorId at = indices(s, shape, depth);
  const ElementType type = s.random.of(all_types);
  const Quantization quantization = s.quantization(type);
  const TensorId values = s.constant(type, {2}, s.random.elements(type, 2), quantization);
  const auto axis = s.random.integer(0, static_cast<std::int32_t>(shape.size()));
  s.node(ops::one_hot, ops::OneHotAttributes{axis, depth}, {at, values}, quantization, type);
}

void top_k(Sketch& s) {
  const TensorId x = s.pick(arithmetic, 1, max_rank);
  const std::int32_t axis = some_axis(s, x);
  s.node(ops::top_k,
         ops::TopKAttributes{axis, s.random.integer(1, extent_of(s, x, axis)), s.random.coin()},
         {x}, {}, s.random.coin() ? s32 : s64);
}

}  // namespace

std::vector<GeneratorRow> indexing_rows() {
  return {
      {ops::gather, gather},
      {ops::gather_elements, gather_elements},
      {ops::gather_nd, gather_nd},
      {ops::one_hot, one_hot},
      {ops::scatter_elements, scatter_elements},
      {ops::scatter_nd, scatter_nd},
      {ops::top_k, top_k},
  };
}

}  // namespace smelt::test
