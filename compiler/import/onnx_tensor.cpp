// SPDX-License-Identifier: Apache-2.0
#include "compiler/import/onnx_tensor.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace smelt::onnx_import {
namespace {

using onnx::TensorProto;

struct TypeRow {
  std::int32_t onnx;
  ElementType type;
};
constexpr TypeRow types[] = {
    {TensorProto::FLOAT, ElementType::f32},    {TensorProto::INT8, ElementType::s8},
    {TensorProto::UINT8, ElementType::u8},     {TensorProto::INT16, ElementType::s16},
    {TensorProto::INT32, ElementType::s32},    {TensorProto::INT64, ElementType::s64},
    {TensorProto::BOOL, ElementType::boolean}, {TensorProto::DOUBLE, ElementType::f32},
    {TensorProto::FLOAT16, ElementType::f32},
};

template <typename T, typename Values>
std::vector<std::uint8_t> narrowed(const Values& values) {
  std::vector<T> result;
  result.reserve(static_cast<std::size_t>(values.size()));
  for (const auto value : values) result.push_back(static_cast<T>(value));
  return to_bytes(result);
}

float from_float16(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const float sign = bits >> 15 ? -1.0F : 1.0F;
  if (exponent == 31)
    return sign * (fraction ? std::numeric_limits<float>::quiet_NaN()
                            : std::numeric_limits<float>::infinity());
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
}

/// Raw elements of type T as floats; none if the last one is cut short.
template <typename T, typename Convert>
std::vector<std::uint8_t> raw_floats(const std::string& raw, const Convert& convert) {
  if (raw.size() % sizeof(T) != 0) return {};
  std::vector<float> result(raw.size() / sizeof(T));
  for (std::size_t i = 0; i < result.size(); ++i) {
    T value;
    std::memcpy(&value, &raw[i * sizeof(T)], sizeof(T));
    result[i] = static_cast<float>(convert(value));
  }
  return to_bytes(result);
}

std::vector<std::uint8_t> listed_float16(const TensorProto& source) {
  std::vector<float> result;
  for (const std::int32_t bits : source.int32_data())
    result.push_back(from_float16(static_cast<std::uint16_t>(bits)));
  return to_bytes(result);
}

/// Elements of another kind of floats.
std::vector<std::uint8_t> as_float32(const TensorProto& source) {
  const bool raw = source.has_raw_data();
  if (source.data_type() == TensorProto::DOUBLE)
    return raw ? raw_floats<double>(source.raw_data(), [](double x) { return x; })
               : narrowed<float>(source.double_data());
  return raw ? raw_floats<std::uint16_t>(source.raw_data(), from_float16) : listed_float16(source);
}

/// Elements that are not stored as raw bytes but in a list by type.
std::vector<std::uint8_t> listed(const TensorProto& source, ElementType type) {
  switch (type) {
    case ElementType::f32: return narrowed<float>(source.float_data());
    case ElementType::s64: return narrowed<std::int64_t>(source.int64_data());
    case ElementType::s32: return narrowed<std::int32_t>(source.int32_data());
    case ElementType::s16: return narrowed<std::int16_t>(source.int32_data());
    case ElementType::s4:
    case ElementType::s8: return narrowed<std::int8_t>(source.int32_data());
    case ElementType::u8:
    case ElementType::boolean: break;
  }
  return narrowed<std::uint8_t>(source.int32_data());
}

std::optional<Shape> shape_of(const TensorProto& source) {
  if (source.dims_size() > max_rank) return std::nullopt;
  Shape shape;
  for (const std::int64_t extent : source.dims()) {
    if (extent < 0 || extent > max_elements) return std::nullopt;
    shape.push_back(static_cast<std::int32_t>(extent));
  }
  if (!checked_count(shape, max_elements)) return std::nullopt;
  return shape;
}

std::string problem_of(const TensorProto& source) {
  if (source.data_location() == TensorProto::EXTERNAL || source.external_data_size() > 0)
    return "is stored outside the file";
  if (source.has_segment()) return "is stored in segments";
  if (!element_type(source.data_type()))
    return fmt::format("has type {}, which is not supported", type_name(source.data_type()));
  if (!shape_of(source))
    return fmt::format("has shape {}, which is not supported", fmt::join(source.dims(), "x"));
  return {};
}

}  // namespace

std::optional<ElementType> element_type(std::int32_t onnx_type) {
  for (const TypeRow& row : types)
    if (row.onnx == onnx_type) return row.type;
  return std::nullopt;
}

bool becomes_float32(std::int32_t onnx_type) {
  return onnx_type != TensorProto::FLOAT && element_type(onnx_type) == ElementType::f32;
}

std::int32_t onnx_type(ElementType type) {
  for (const TypeRow& row : types)
    if (row.type == type) return row.onnx;
  return TensorProto::UNDEFINED;
}

std::string type_name(std::int32_t onnx_type) {
  if (!TensorProto::DataType_IsValid(onnx_type)) return fmt::format("#{}", onnx_type);
  return TensorProto::DataType_Name(static_cast<TensorProto::DataType>(onnx_type));
}

ReadTensor read_tensor(const TensorProto& source) {
  ReadTensor result{{.name = source.name(), .constant = true}, problem_of(source)};
  if (!result.problem.empty()) return result;
  Tensor& tensor = result.tensor;
  tensor.type = *element_type(source.data_type());
  tensor.shape = *shape_of(source);
  const auto expected = static_cast<std::size_t>(element_count(tensor.shape)) *
                        static_cast<std::size_t>(byte_size(tensor.type));
  if (becomes_float32(source.data_type()))
    tensor.data = as_float32(source);
  else if (source.has_raw_data())
    tensor.data.assign(source.raw_data().begin(), source.raw_data().end());
  else
    tensor.data = listed(source, tensor.type);
  if (tensor.data.size() != expected)
    result.problem = fmt::format("has {} bytes of data, its shape {} needs {}", tensor.data.size(),
                                 to_string(tensor.shape), expected);
  return result;
}

}  // namespace smelt::onnx_import
