// SPDX-License-Identifier: Apache-2.0
//
// Constants, and the shapes of tensors: all known when the model is read, nothing of it is left in
// the graph.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/import/onnx_operators.h"
#include "compiler/import/onnx_parts.h"
#include "compiler/import/onnx_tensor.h"

namespace smelt::onnx_import {
namespace {

/// Elements of the tensors that shapes are computed with.
constexpr std::int64_t max_integers = 1 << 20;

TensorId integers_constant(Operator& op, Shape shape, const std::vector<std::int64_t>& values,
                           ElementType type = ElementType::s64) {
  if (type == ElementType::s64) return op.add_constant(type, std::move(shape), to_bytes(values));
  const std::vector<std::int32_t> narrow(values.begin(), values.end());
  return op.add_constant(type, std::move(shape), to_bytes(narrow));
}

}  // namespace

void constant(Operator& op) {
  if (!op.takes(0, 0)) return;
  if (const auto* source = op.tensor("value")) {
    ReadTensor read = read_tensor(*source);
    if (!read.problem.empty())
      return op.error("its value " + read.problem, "export the model in float32");
    return op.result(op.graph.add(std::move(read.tensor)));
  }
  if (op.has_attribute("value_float")) return op.result(op.floats({}, {op.real("value_float", 0)}));
  if (op.has_attribute("value_int"))
    return op.result(integers_constant(op, {}, {op.integer("value_int", 0)}));
  if (op.has_attribute("value_floats")) {
    const std::vector<float> values = op.reals("value_floats");
    return op.result(op.floats({static_cast<std::int32_t>(values.size())}, values));
  }
  op.error("has a value that is not supported", "store it as a tensor");
}

void shape(Operator& op) {
  const std::int64_t first = op.integer("start", 0);
  const std::int64_t last = op.integer("end", INT64_MAX);
  if (!op.takes(1, 1)) return;
  const Shape extents = op.input(0).shape;
  const auto rank = static_cast<std::int64_t>(extents.size());
  const auto wrapped = [&](std::int64_t index) {
    return std::clamp<std::int64_t>(index < 0 ? index + rank : index, 0, rank);
  };
  const auto begin = extents.begin() + wrapped(first);
  const auto end = std::max(begin, extents.begin() + wrapped(last));
  const std::vector<std::int64_t> values(begin, end);
  op.result(integers_constant(op, {static_cast<std::int32_t>(values.size())}, values));
}

void size(Operator& op) {
  if (op.takes(1, 1)) op.result(integers_constant(op, {}, {element_count(op.input(0).shape)}));
}

void constant_of_shape(Operator& op) {
  const auto* source = op.tensor("value");
  if (!op.takes(1, 1)) return;
  const auto extents = op.constant(0, "shape");
  if (!extents) return;
  ReadTensor read{{.type = ElementType::f32, .data = std::vector<std::uint8_t>(4)}, {}};
  if (source) read = read_tensor(*source);
  Shape shape;
  for (const std::int64_t extent : *extents)
    shape.push_back(static_cast<std::int32_t>(std::clamp<std::int64_t>(extent, -1, INT32_MAX)));
  const auto count = checked_count(shape, max_integers);
  if (!count || shape.size() > max_rank || !read.problem.empty() || read.tensor.data.empty() ||
      element_count(read.tensor.shape) != 1)
    return op.error(fmt::format("makes a tensor {} that is not supported", to_string(shape)),
                    "export the model again, with its constants folded");
  std::vector<std::uint8_t> data;
  for (std::int64_t i = 0; i < *count; ++i)
    data.insert(data.end(), read.tensor.data.begin(), read.tensor.data.end());
  op.result(op.add_constant(read.tensor.type, shape, std::move(data)));
}

namespace {

/// The number as an element of the type.
std::vector<std::uint8_t> element(ElementType type, double value) {
  if (type == ElementType::f32) return to_bytes(std::vector{static_cast<float>(value)});
  std::vector<std::uint8_t> bytes = to_bytes(std::vector{static_cast<std::int64_t>(value)});
  bytes.resize(static_cast<std::size_t>(byte_size(type)));
  return bytes;
}

void append(std::vector<std::uint8_t>& data, const std::vector<std::uint8_t>& bytes) {
  data.insert(data.end(), bytes.begin(), bytes.end());
}

}  // namespace

void eye_like(Operator& op) {
  const std::int64_t k = op.integer("k", 0);
  const std::int64_t stated = op.integer("dtype", 0);
  if (!op.takes(1, 1)) return;
  const Shape shape = op.input(0).shape;
  const auto type =
      stated == 0
          ? op.input(0).type
          : element_type(static_cast<std::int32_t>(std::clamp<std::int64_t>(stated, 0, INT32_MAX)));
  if (!type) return op.error(fmt::format("has type #{}", stated), "use float32");
  if (shape.size() != 2 || !checked_count(shape, max_integers))
    return op.error(fmt::format("makes a matrix {}", to_string(shape)),
                    "export the model again, with its constants folded");
  std::vector<std::uint8_t> data;
  for (std::int64_t row = 0; row < shape[0]; ++row)
    for (std::int64_t column = 0; column < shape[1]; ++column)
      append(data, element(*type, column - row == k ? 1 : 0));
  op.result(op.add_constant(*type, shape, std::move(data)));
}

/// start, start + delta, ... before limit.
void range(Operator& op) {
  if (!op.takes(3, 3)) return;
  const auto start = number(op, 0, "start"), limit = number(op, 1, "limit"),
             delta = number(op, 2, "delta");
  if (!start || !limit || !delta) return;
  const ElementType type = op.input(0).type;
  const double count = std::ceil((*limit - *start) / *delta);
  if (!(count >= 1 && count <= max_integers))
    return op.error(fmt::format("counts from {} to {} by {}", *start, *limit, *delta),
                    fmt::format("from 1 to {} numbers are supported", max_integers));
  std::vector<std::uint8_t> data;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(count); ++i)
    append(data, element(type, *start + i * *delta));
  op.result(op.add_constant(type, {static_cast<std::int32_t>(count)}, std::move(data)));
}

}  // namespace smelt::onnx_import
