// SPDX-License-Identifier: Apache-2.0
#include "tests/support/oracle_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace smelt::test {
namespace {

/// Element i of raw bytes as the oracle keeps integers.
std::int64_t integer_at(const Bytes& bytes, ElementType type, std::size_t i) {
  const auto width = static_cast<std::size_t>(byte_size(type));
  std::uint64_t bits = 0;
  for (std::size_t k = width; k-- > 0;) bits = bits << 8 | bytes[i * width + k];
  if (type == ElementType::u8 || type == ElementType::boolean || width == 8)
    return static_cast<std::int64_t>(bits);
  const std::uint64_t sign = std::uint64_t{1} << (8 * width - 1);
  return static_cast<std::int64_t>(bits ^ sign) - static_cast<std::int64_t>(sign);
}

float float_at(const Bytes& bytes, std::size_t i) {
  float value = 0;
  std::memcpy(&value, &bytes[i * sizeof(value)], sizeof(value));
  return value;
}

/// What is infinite or no number is so on both sides.
bool agree(float expected, float actual, float tolerance) {
  if (std::isfinite(expected)) return std::abs(expected - actual) <= tolerance;
  return expected == actual || (std::isnan(expected) && std::isnan(actual));
}

std::string float_difference(const std::vector<float>& expected, const Bytes& actual) {
  float largest = 0;
  for (const float value : expected)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (!agree(expected[i], float_at(actual, i), 1e-5F * largest))
      return fmt::format("element {} is {}, expected {}", i, float_at(actual, i), expected[i]);
  return {};
}

}  // namespace

oracle::Tensor for_oracle(const Tensor& tensor, const Bytes& bytes) {
  oracle::Tensor result;
  result.type = static_cast<oracle::Type>(tensor.type);  // listed in the same order
  result.shape.assign(tensor.shape.begin(), tensor.shape.end());
  result.scales = tensor.quantization.scales;
  result.zero_points.assign(tensor.quantization.zero_points.begin(),
                            tensor.quantization.zero_points.end());
  result.axis = tensor.quantization.axis;
  const std::size_t count = bytes.size() / static_cast<std::size_t>(byte_size(tensor.type));
  for (std::size_t i = 0; i < count; ++i)
    if (tensor.type == ElementType::f32)
      result.f.push_back(float_at(bytes, i));
    else
      result.q.push_back(integer_at(bytes, tensor.type, i));
  return result;
}

Bytes bytes_of(const oracle::Tensor& tensor) {
  if (tensor.type == oracle::Type::f32) return to_bytes(tensor.f);
  const int width = byte_size(static_cast<ElementType>(tensor.type));
  Bytes bytes;
  for (const std::int64_t element : tensor.q)
    for (int k = 0; k < width; ++k)
      bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(element) >> (8 * k)));
  return bytes;
}

std::string difference(const oracle::Tensor& expected, const Tensor& tensor, const Bytes& actual) {
  const std::size_t count = expected.f.size() + expected.q.size();
  if (actual.size() != count * static_cast<std::size_t>(byte_size(tensor.type)))
    return fmt::format("{} bytes for {} elements", actual.size(), count);
  if (tensor.type == ElementType::f32) return float_difference(expected.f, actual);
  for (std::size_t i = 0; i < count; ++i)
    if (const std::int64_t value = integer_at(actual, tensor.type, i); value != expected.q[i])
      return fmt::format("element {} is {}, expected {}", i, value, expected.q[i]);
  return {};
}

}  // namespace smelt::test
