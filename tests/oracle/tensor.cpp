// SPDX-License-Identifier: Apache-2.0
//
// See tensor.h. The activation clamps are those of the arithmetic notes, 5.3.
#include "tensor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace oracle {
namespace {

template <typename Integer>
Range full_range() {
  return {std::numeric_limits<Integer>::min(), std::numeric_limits<Integer>::max()};
}

/// The index along the quantized axis, for a parameter list of `entries` entries.
Index channel_at(const Tensor& tensor, Index offset, Index entries) {
  if (entries <= 1) return 0;
  const Index channels = at(tensor.shape, tensor.axis);
  require(channels == entries, "one quantization parameter per channel");
  return offset / stride_of(tensor.axis, tensor.shape) % channels;
}

}  // namespace

void require(bool condition, const char* what) {
  if (!condition) throw std::invalid_argument(what);
}

bool is_float(const Tensor& tensor) {
  return tensor.type == Type::f32;
}

Range range_of(Type type) {
  switch (type) {
    case Type::s8: return full_range<std::int8_t>();
    case Type::u8: return full_range<std::uint8_t>();
    case Type::s16: return full_range<std::int16_t>();
    case Type::s32: return full_range<std::int32_t>();
    case Type::s64: return full_range<std::int64_t>();
    case Type::boolean: return {0, 1};
    case Type::s4: return {-8, 7};
    case Type::f32: break;
  }
  throw std::invalid_argument("an integer type");
}

Index wrapped(Index value, Type type) {
  switch (type) {
    case Type::s8: return static_cast<std::int8_t>(value);
    case Type::u8: return static_cast<std::uint8_t>(value);
    case Type::s16: return static_cast<std::int16_t>(value);
    case Type::s32: return static_cast<std::int32_t>(value);
    case Type::boolean: return value != 0 ? 1 : 0;
    case Type::s4:
    case Type::s64:
    case Type::f32: break;
  }
  return value;
}

Index clamp(Index value, Range range) {
  return std::min(std::max(value, range.lowest), range.highest);
}

Index wrapped_to(Type type, std::uint64_t value) {
  require(type == Type::s32 || type == Type::s64, "an integer type without scales");
  if (type == Type::s32) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
  return static_cast<Index>(value);
}

Index count(const std::vector<int>& shape) {
  Index product = 1;
  for (const int extent : shape) product *= extent;
  return product;
}

int resolved_axis(int axis, const Tensor& tensor) {
  const int rank = static_cast<int>(tensor.shape.size());
  require(-rank <= axis && axis < rank, "an axis of the tensor");
  return axis < 0 ? axis + rank : axis;
}

Index stride_of(int axis, const std::vector<int>& shape) {
  Index product = 1;
  for (Index d = axis + 1; d < length(shape); ++d) product *= at(shape, d);
  return product;
}

std::vector<Index> coordinates_of(Index offset, const std::vector<int>& shape) {
  std::vector<Index> coordinates(shape.size());
  for (Index d = length(shape) - 1; d >= 0; --d) {
    at(coordinates, d) = offset % at(shape, d);
    offset /= at(shape, d);
  }
  return coordinates;
}

Index offset_of(const std::vector<Index>& coordinates, const std::vector<int>& shape) {
  require(coordinates.size() == shape.size(), "one coordinate per dimension");
  Index offset = 0;
  for (Index d = 0; d < length(shape); ++d) {
    const Index position = at(coordinates, d);
    require(0 <= position && position < at(shape, d), "a coordinate inside the tensor");
    offset = offset * at(shape, d) + position;
  }
  return offset;
}

Index broadcast_offset(const std::vector<Index>& coordinates, const std::vector<int>& shape) {
  const Index skipped = length(coordinates) - length(shape);
  require(skipped >= 0, "no more dimensions than the output");
  std::vector<Index> own(shape.size());
  for (Index d = 0; d < length(shape); ++d) {
    at(own, d) = at(shape, d) == 1 ? 0 : at(coordinates, d + skipped);
  }
  return offset_of(own, shape);
}

Tensor blank(const Tensor& like) {
  Tensor result = like;
  const auto elements = static_cast<std::size_t>(count(like.shape));
  result.q.assign(is_float(like) ? 0 : elements, 0);
  result.f.assign(is_float(like) ? elements : 0, 0.0F);
  return result;
}

void copy_element(const Tensor& from, Index from_offset, Tensor& to, Index to_offset) {
  require(from.type == to.type, "the same element type");
  if (is_float(from)) {
    at(to.f, to_offset) = at(from.f, from_offset);
  } else {
    at(to.q, to_offset) = at(from.q, from_offset);
  }
}

float scale_of(const Tensor& tensor) {
  require(tensor.scales.size() == 1, "one scale for the whole tensor");
  return tensor.scales.front();
}

Index zero_point_of(const Tensor& tensor) {
  require(tensor.zero_points.size() == 1, "one zero point for the whole tensor");
  return tensor.zero_points.front();
}

float scale_at(const Tensor& tensor, Index offset) {
  return at(tensor.scales, channel_at(tensor, offset, length(tensor.scales)));
}

Index zero_point_at(const Tensor& tensor, Index offset) {
  if (tensor.zero_points.empty()) return 0;
  return at(tensor.zero_points, channel_at(tensor, offset, length(tensor.zero_points)));
}

Index quantized(float value, const Tensor& parameters) {
  return zero_point_of(parameters) + static_cast<Index>(std::round(value / scale_of(parameters)));
}

Range activation_range(Activation activation, const Tensor& parameters) {
  const Range full = range_of(parameters.type);
  switch (activation) {
    case Activation::none: return full;
    case Activation::relu: return {clamp(quantized(0.0F, parameters), full), full.highest};
    case Activation::relu6:
      return {clamp(quantized(0.0F, parameters), full), clamp(quantized(6.0F, parameters), full)};
    case Activation::relu_n1_to_1:
      return {clamp(quantized(-1.0F, parameters), full), clamp(quantized(1.0F, parameters), full)};
  }
  throw std::invalid_argument("a known activation");
}

float activate(float value, Activation activation) {
  switch (activation) {
    case Activation::none: return value;
    case Activation::relu: return std::max(value, 0.0F);
    case Activation::relu6: return std::min(std::max(value, 0.0F), 6.0F);
    case Activation::relu_n1_to_1: return std::min(std::max(value, -1.0F), 1.0F);
  }
  throw std::invalid_argument("a known activation");
}

}  // namespace oracle
