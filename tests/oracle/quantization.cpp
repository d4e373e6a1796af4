// SPDX-License-Identifier: Apache-2.0
//
// quantize and dequantize (the arithmetic notes, 5.5), lookup and cast.
#include <cmath>

#include "fixed_point.h"

namespace oracle {
namespace {

/// clamp(R(v / float(s)) + z); clamped in double, since v may be far away.
Index from_real(float value, const Tensor& parameters) {
  require(!std::isnan(value), "a number");
  const Range range = range_of(parameters.type);
  const double rounded = double{std::round(value / scale_of(parameters))} +
                         static_cast<double>(zero_point_of(parameters));
  if (rounded <= static_cast<double>(range.lowest)) return range.lowest;
  if (rounded >= static_cast<double>(range.highest)) return range.highest;
  return static_cast<Index>(rounded);
}

/// Truncates; values outside the type have no defined result.
Index truncated(float value, Type type) {
  if (type == Type::boolean) return value != 0.0F ? 1 : 0;
  require(std::abs(double{value}) < 9.0e18, "a number that an integer can hold");
  const auto integer = static_cast<Index>(value);
  require(clamp(integer, range_of(type)) == integer, "a number inside the output type");
  return integer;
}

}  // namespace

Tensor quantize(const Tensor& input, const Tensor& like) {
  require(count(input.shape) == count(like.shape), "as many elements as the input");
  Tensor output = blank(like);
  for (Index i = 0; i < count(input.shape); ++i) {
    if (is_float(input)) {
      at(output.q, i) = from_real(at(input.f, i), like);
      continue;
    }
    const Multiplier multiplier =
        quantize_multiplier(double{scale_of(input)} / double{scale_of(like)});
    const Index scaled = requantise(at(input.q, i) - zero_point_of(input), multiplier);
    at(output.q, i) = clamp(scaled + zero_point_of(like), range_of(like.type));
  }
  return output;
}

Tensor dequantize(const Tensor& input, const Tensor& like) {
  require(count(input.shape) == count(like.shape), "as many elements as the input");
  Tensor output = blank(like);
  for (Index i = 0; i < count(input.shape); ++i) {
    const auto steps = static_cast<double>(at(input.q, i) - zero_point_at(input, i));
    at(output.f, i) = static_cast<float>(double{scale_at(input, i)} * steps);
  }
  return output;
}

Tensor lookup(const Tensor& input, const Tensor& table, const Tensor& like) {
  require(count(table.shape) == 256, "a table of all bytes");
  Tensor output = blank(like);
  for (Index i = 0; i < count(input.shape); ++i)
    at(output.q, i) = at(table.q, (at(input.q, i) + 256) % 256);
  return output;
}

Tensor cast(const Tensor& input, const Tensor& like) {
  require(count(input.shape) == count(like.shape), "as many elements as the input");
  Tensor output = blank(like);
  for (Index i = 0; i < count(input.shape); ++i) {
    if (is_float(input) && is_float(like)) {
      at(output.f, i) = at(input.f, i);
    } else if (is_float(input)) {
      at(output.q, i) = truncated(at(input.f, i), like.type);
    } else if (is_float(like)) {
      at(output.f, i) = static_cast<float>(at(input.q, i));
    } else {
      at(output.q, i) = wrapped(at(input.q, i), like.type);
    }
  }
  return output;
}

}  // namespace oracle
