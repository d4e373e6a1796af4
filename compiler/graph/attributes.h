// SPDX-License-Identifier: Apache-2.0
//
// Attributes of operators: every operator keeps a plain struct; this file lets the verifier, the
// textual form and the reports walk over its fields without knowing the struct.
#pragma once

#include <any>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace smelt {

/// Fused activation: a clamp of the result, none of which needs a table.
enum class Activation : std::uint8_t { none, relu, relu_n1_to_1, relu6 };

/// A pair of vertical and horizontal numbers: strides, dilations, kernel sizes.
struct Extent2 {
  std::int32_t height = 1;
  std::int32_t width = 1;
  bool operator==(const Extent2&) const = default;
};

/// Rows and columns of padding around an image. Never negative.
struct Pads {
  std::int32_t top = 0, left = 0, bottom = 0, right = 0;
  bool operator==(const Pads&) const = default;
};

using AttributePointer =
    std::variant<bool*, std::int32_t*, float*, std::string*, std::vector<std::int32_t>*,
                 std::vector<float>*, Activation*, Extent2*, Pads*>;

/// One field of an attribute struct: the name it has in the textual form, and where it is.
struct AttributeField {
  std::string_view name;
  AttributePointer value;
};

/// How to make an operator's attribute struct and list its fields.
struct AttributeTable {
  std::any (*make)() = [] { return std::any(); };
  std::vector<AttributeField> (*fields)(std::any&) = [](std::any&) {
    return std::vector<AttributeField>();
  };
};

/// The table of a struct `A` that offers `std::vector<AttributeField> A::fields()`.
template <typename A>
constexpr AttributeTable attribute_table() {
  return {[] { return std::any(A{}); },
          [](std::any& attributes) { return std::any_cast<A&>(attributes).fields(); }};
}

std::string_view to_string(Activation activation);

}  // namespace smelt
