// SPDX-License-Identifier: Apache-2.0
#include "compiler/graph/types.h"

#include <fmt/format.h>

#include <array>
#include <limits>

namespace smelt {
namespace {

struct TypeRow {
  std::string_view name;
  int bytes;
  std::int32_t min, max;
};

// Indexed by ElementType.
constexpr std::array<TypeRow, 8> types{{
    {"f32", 4, 0, 0},
    {"s8", 1, -128, 127},
    {"u8", 1, 0, 255},
    {"s16", 2, -32768, 32767},
    {"s32", 4, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()},
    {"s64", 8, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()},
    {"bool", 1, 0, 1},
    {"s4", 1, -8, 7},
}};

const TypeRow& row(ElementType type) {
  return types[static_cast<std::size_t>(type)];
}

}  // namespace

std::string_view to_string(ElementType type) {
  return row(type).name;
}

std::optional<ElementType> parse_element_type(std::string_view text) {
  for (std::size_t i = 0; i < types.size(); ++i)
    if (types[i].name == text) return static_cast<ElementType>(i);
  return std::nullopt;
}

int byte_size(ElementType type) {
  return row(type).bytes;
}

bool is_integer(ElementType type) {
  return type != ElementType::f32 && type != ElementType::boolean;
}

IntegerRange range_of(ElementType type) {
  return {row(type).min, row(type).max};
}

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int32_t extent : shape) count *= extent;
  return count;
}

std::optional<std::int64_t> checked_count(const Shape& shape, std::int64_t limit) {
  std::int64_t count = 1;
  for (const std::int32_t extent : shape) {
    if (extent < 0) return std::nullopt;
    if (extent != 0 && count > limit / extent) return std::nullopt;
    count *= extent;
  }
  return count;
}

std::string to_string(const Shape& shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

}  // namespace smelt
