// SPDX-License-Identifier: Apache-2.0
#include "tools/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace smelt::tools {
namespace {

std::optional<std::string> float_difference(const Bytes& expected, const Bytes& got,
                                            double fraction) {
  std::vector<float> a(expected.size() / 4), b(got.size() / 4);
  std::memcpy(a.data(), expected.data(), a.size() * 4);
  std::memcpy(b.data(), got.data(), b.size() * 4);
  double largest = 0;
  for (const float value : a)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(static_cast<double>(value)));
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
    const double error = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!same && !(error <= fraction * largest))
      return fmt::format("element {} is {}, expected {}", i, b[i], a[i]);
  }
  return std::nullopt;
}

std::int64_t integer_at(ElementType type, const Bytes& bytes, std::size_t index) {
  const auto size = static_cast<std::size_t>(byte_size(type));
  Tensor element{.type = type, .shape = {1}};
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(index * size);
  element.data.assign(begin, begin + static_cast<std::ptrdiff_t>(size));
  return integers(element)[0];
}

}  // namespace

std::optional<std::string> difference(ElementType type, const Bytes& expected, const Bytes& got,
                                      const Tolerance& tolerance) {
  if (expected.size() != got.size())
    return fmt::format("{} bytes, expected {}", got.size(), expected.size());
  if (type == ElementType::f32) return float_difference(expected, got, tolerance.fraction);
  if (expected == got) return std::nullopt;
  const std::size_t count = expected.size() / static_cast<std::size_t>(byte_size(type));
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t a = integer_at(type, expected, i);
    const std::int64_t b = integer_at(type, got, i);
    // Unsigned, as the distance of two int64 may not fit one.
    const std::uint64_t apart = a < b
                                    ? static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a)
                                    : static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b);
    if (apart > static_cast<std::uint64_t>(tolerance.steps))
      return fmt::format("element {} is {}, expected {}", i, b, a);
  }
  return std::nullopt;
}

Bytes whole_value(const Tensor& original, const Bytes& expected, const Origin& carried,
                  const Bytes& got) {
  if (carried.channels.empty() && carried.removed.empty()) return got;
  const auto size = static_cast<std::size_t>(byte_size(original.type));
  const auto channels = static_cast<std::size_t>(original.shape.back());
  const std::size_t kept = carried.channels.size();
  const std::size_t pixels = expected.size() / size / channels;
  if (got.size() < pixels * kept * size) return got;
  Bytes whole = expected;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    for (std::size_t i = 0; i < kept; ++i) {
      const auto to = (pixel * channels + static_cast<std::size_t>(carried.channels[i])) * size;
      std::memcpy(&whole[to], &got[(pixel * kept + i) * size], size);
    }
    for (const auto& [channel, value] : carried.removed)
      std::memcpy(&whole[(pixel * channels + static_cast<std::size_t>(channel)) * size], &value,
                  size);
  }
  return whole;
}

std::optional<std::string> difference(const Tensor& original, const Bytes& expected,
                                      ElementType type, const Origin& carried, const Bytes& got) {
  if (original.type != type) return std::nullopt;
  return difference(type, expected, whole_value(original, expected, carried, got));
}

}  // namespace smelt::tools
