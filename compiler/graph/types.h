// SPDX-License-Identifier: Apache-2.0
//
// The small value types every stage shares: element types, shapes and quantization parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smelt {

/// Element types of tensors, spelt as in kernel suffixes and in the textual form.
///
/// s4, from -8 to 7, is for constants alone: weights. A tensor holds each in a byte of its own, so
/// that sizes and indices are those of s8 everywhere; lowering packs them, two in a byte, and so
/// does the .tflite exporter. Programs know no s4: their packed constants are bytes.
enum class ElementType : std::uint8_t { f32, s8, u8, s16, s32, s64, boolean, s4 };

std::string_view to_string(ElementType type);
std::optional<ElementType> parse_element_type(std::string_view text);
/// Bytes of one element in a tensor.
int byte_size(ElementType type);
bool is_integer(ElementType type);
/// Smallest and largest value of an integer type of at most 32 bits.
struct IntegerRange {
  std::int32_t min = 0;
  std::int32_t max = 0;
};
IntegerRange range_of(ElementType type);

/// Extents, outermost first, exactly as in the model file (activations NHWC). Empty: a scalar.
using Shape = std::vector<std::int32_t>;

/// Number of elements; 1 for a scalar. The caller has checked that it fits (see checked_count).
std::int64_t element_count(const Shape& shape);
/// Number of elements, or nothing when an extent is negative or the count exceeds `limit`.
std::optional<std::int64_t> checked_count(const Shape& shape, std::int64_t limit);
/// "1x49x10x1"; "scalar" for a scalar.
std::string to_string(const Shape& shape);

/// real = scale * (q - zero_point), per tensor or along `axis`.
/// No scales: the tensor is not quantized. One scale: per tensor. Otherwise one per index of
/// `axis`.
struct Quantization {
  std::vector<float> scales;
  std::vector<std::int32_t> zero_points;  // as many as scales
  std::int32_t axis = 0;

  bool present() const { return !scales.empty(); }
  bool per_channel() const { return scales.size() > 1; }
  float scale(std::size_t channel = 0) const { return scales[per_channel() ? channel : 0]; }
  std::int32_t zero_point(std::size_t channel = 0) const {
    return zero_points[zero_points.size() > 1 ? channel : 0];
  }
  bool operator==(const Quantization&) const = default;
};

}  // namespace smelt
