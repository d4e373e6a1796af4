// SPDX-License-Identifier: Apache-2.0
#include "compiler/import/onnx_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/import/places.h"
#include "compiler/ops/take.h"

namespace smelt::onnx_import {
namespace {

/// Of one operator: devices keep them in tables.
constexpr std::size_t max_places = 1 << 20;
/// Integers up to it are exact as floats of 64 bits.
constexpr double max_exact = 9007199254740992;

bool is_everything(const ops::SliceAttributes& attributes, const Shape& shape) {
  return attributes.size == shape && std::all_of(attributes.stride.begin(), attributes.stride.end(),
                                                 [](std::int32_t stride) { return stride == 1; });
}

}  // namespace

ops::SliceAttributes everything(const Shape& shape) {
  return {.begin = std::vector<std::int32_t>(shape.size(), 0),
          .stride = std::vector<std::int32_t>(shape.size(), 1),
          .size = shape};
}

TensorId slice_of(Operator& op, TensorId id, const ops::SliceAttributes& attributes) {
  if (id == no_tensor || is_everything(attributes, op.shape(id))) return id;
  return op.apply(ops::slice, attributes, {id});
}

TensorId take(Operator& op, TensorId id, const Places& places) {
  if (id == no_tensor) return id;
  const Shape shape = op.shape(id);
  std::size_t listed = 0;
  for (std::size_t d = 0; d < places.size(); ++d)
    listed += places[d].empty() ? static_cast<std::size_t>(shape[d]) : places[d].size();
  if (listed > max_places) {
    op.error(fmt::format("lists the places of {} elements", listed),
             fmt::format("at most {} are supported", max_places));
    return no_tensor;
  }
  ops::TakeAttributes attributes;
  for (std::size_t d = 0; d < places.size(); ++d) {
    const auto& each = places[d].empty() ? import::all_places(shape[d]) : places[d];
    attributes.sizes.push_back(static_cast<std::int32_t>(each.size()));
    attributes.places.insert(attributes.places.end(), each.begin(), each.end());
  }
  return op.apply(ops::take, attributes, {id});
}

std::optional<double> number(Operator& op, std::size_t i, std::string_view role) {
  const Tensor& tensor = op.input(i);
  if (tensor.constant && element_count(tensor.shape) == 1 && tensor.type != ElementType::boolean) {
    const double value = tensor.type == ElementType::f32 ? double{elements<float>(tensor)[0]}
                                                         : static_cast<double>(integers(tensor)[0]);
    if (std::abs(value) <= max_exact) return value;
    op.error(fmt::format("{} is {}", role, value), "use a smaller number");
    return std::nullopt;
  }
  op.error(fmt::format("{} \"{}\" is not a constant number", role, tensor.name),
           fmt::format("if it is an input of the model, give its value: --bind {}=file.npy",
                       tensor.name));
  return std::nullopt;
}

}  // namespace smelt::onnx_import
