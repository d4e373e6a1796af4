// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/indices.h"

#include <fmt/format.h>

#include "compiler/ops/movement.h"
#include "compiler/ops/quantization.h"

namespace smelt {
namespace {

void append(std::vector<LabelledValue>& values, std::string_view label,
            std::vector<std::int32_t> numbers) {
  numbers.resize(max_move_rank);
  for (const std::int32_t each : numbers) {
    values.emplace_back(label, std::int64_t{each});
    label = "";
  }
}

}  // namespace

bool check_indices(const NodeView& view, const Tensor& indices, Diagnostics& diagnostics) {
  using enum ElementType;
  return check_type(view, indices, "index tensor", {s32, s64}, diagnostics) &&
         check_movable(view, indices, "index tensor", diagnostics);
}

bool check_axis(const NodeView& view, std::int32_t axis, const Tensor& tensor,
                Diagnostics& diagnostics) {
  if (axis >= 0 && static_cast<std::size_t>(axis) < tensor.shape.size()) return true;
  diagnostics.error(
      place_of(view.graph, view.node),
      fmt::format("axis {} is no dimension of the input {}", axis, to_string(tensor.shape)));
  return false;
}

bool check_box(const NodeView& view, const Tensor& indices, const Tensor& data, std::int32_t axis,
               Diagnostics& diagnostics) {
  bool fits = indices.shape.size() == data.shape.size();
  for (std::size_t d = 0; fits && d < data.shape.size(); ++d)
    fits = static_cast<std::int32_t>(d) == axis || indices.shape[d] <= data.shape[d];
  if (!fits)
    diagnostics.error(place_of(view.graph, view.node),
                      fmt::format("indices {} do not lie in the tensor {}",
                                  to_string(indices.shape), to_string(data.shape)));
  return fits;
}

bool check_tuples(const NodeView& view, const Tensor& indices, const Tensor& data,
                  std::int32_t batch_dims, Diagnostics& diagnostics) {
  const auto rank = static_cast<std::int32_t>(data.shape.size());
  const auto index_rank = static_cast<std::int32_t>(indices.shape.size());
  bool fits = batch_dims >= 0 && batch_dims < rank && batch_dims < index_rank &&
              indices.shape.back() <= rank - batch_dims;
  for (std::size_t d = 0; fits && d < static_cast<std::size_t>(batch_dims); ++d)
    fits = indices.shape[d] == data.shape[d];
  if (!fits)
    diagnostics.error(place_of(view.graph, view.node),
                      fmt::format("indices {} with {} batch dimensions do not fit the tensor {}",
                                  to_string(indices.shape), batch_dims, to_string(data.shape)));
  return fits;
}

std::vector<Field> box_fields(const Shape& indices, const Shape& data, std::int32_t axis,
                              std::int32_t unit, std::int32_t width) {
  const std::size_t unused = max_move_rank - data.size();
  std::vector<std::int32_t> extents(unused, 1), strides(unused, 0);
  const std::vector<std::int64_t> steps = row_major_strides(data);
  const auto along = static_cast<std::size_t>(axis);
  for (std::size_t d = 0; d < data.size(); ++d) {
    extents.push_back(indices[d]);
    strides.push_back(d == along ? 0 : static_cast<std::int32_t>(steps[d] * unit));
  }
  return {ints_field("extents", extents), ints_field("strides", strides),
          int_field("extent", data[along]), int_field("stride", steps[along] * unit),
          int_field("width", width)};
}

Field tuples_field(const Shape& indices, const Shape& data, std::int32_t batch_dims,
                   std::int32_t unit) {
  const auto first = data.begin() + batch_dims;
  const std::int32_t depth = indices.back();
  const std::int64_t batches = element_count({data.begin(), first});
  const std::vector<std::int64_t> steps = row_major_strides(data);
  std::vector<std::int32_t> strides;
  for (std::int32_t d = 0; d < depth; ++d)
    strides.push_back(
        static_cast<std::int32_t>(steps[static_cast<std::size_t>(batch_dims + d)] * unit));
  std::vector<LabelledValue> values = {
      {"batches", batches},
      {"count", element_count({indices.begin(), indices.end() - 1}) / batches},
      {"batch stride", element_count({first, data.end()}) * unit},
      {"depth", std::int64_t{depth}}};
  append(values, "extents[]", {first, first + depth});
  append(values, "strides[]", strides);
  values.emplace_back("run", element_count(tuple_shape(indices, data, batch_dims)) * unit);
  return labelled_field("tuples", values);
}

Shape tuple_shape(const Shape& indices, const Shape& data, std::int32_t batch_dims) {
  return {data.begin() + batch_dims + indices.back(), data.end()};
}

}  // namespace smelt
