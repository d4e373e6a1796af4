// SPDX-License-Identifier: Apache-2.0
#include "tests/support/trial.h"

#include <cmath>

namespace smelt::test {

std::int32_t Random::integer(std::int32_t min, std::int32_t max) {
  return std::uniform_int_distribution<std::int32_t>(min, max)(generator_);
}

float Random::real(float min, float max) {
  return std::uniform_real_distribution<float>(min, max)(generator_);
}

Shape Random::shape(std::size_t rank, std::int32_t max_extent) {
  Shape shape(rank);
  for (std::int32_t& extent : shape) extent = integer(1, max_extent);
  return shape;
}

Quantization Random::quantization(ElementType type, float min, float max) {
  const bool quantized =
      type == ElementType::s8 || type == ElementType::u8 || type == ElementType::s16;
  if (!quantized) return {};
  const IntegerRange range = type == ElementType::s16 ? IntegerRange{} : range_of(type);
  return {{std::exp(real(std::log(min), std::log(max)))}, {integer(range.min, range.max)}, 0};
}

Bytes Random::elements(ElementType type, std::int64_t count) {
  Bytes bytes;
  for (std::int64_t i = 0; i < count; ++i) {
    if (type == ElementType::f32) {
      const Bytes element = to_bytes(std::vector<float>{real(-10, 10)});
      bytes.insert(bytes.end(), element.begin(), element.end());
      continue;
    }
    const IntegerRange range = range_of(type);
    std::int64_t value = integer(range.min, range.max);
    if (integer(0, 7) == 0) value = coin() ? range.min : range.max;
    for (int k = 0; k < byte_size(type); ++k)
      bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * k)));
  }
  return bytes;
}

}  // namespace smelt::test
