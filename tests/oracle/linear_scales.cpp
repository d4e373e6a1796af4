// SPDX-License-Identifier: Apache-2.0
//
// ONNX's own changes of representation, from the text of QuantizeLinear and DequantizeLinear.
#include <cmath>

#include "tensor.h"

namespace oracle {
namespace {

/// Calls compute(element, element of scale and zero point) for every element of the output.
template <typename Compute>
void for_each(const Tensor& output, const Tensor& scale, const Tensor& zero_point,
              const Compute& compute) {
  require(scale.shape == zero_point.shape, "a zero point for each scale");
  for (Index i = 0; i < count(output.shape); ++i)
    compute(i, broadcast_offset(coordinates_of(i, output.shape), scale.shape));
}

/// Saturated in double, as the value may be far away.
Index from_real(float value, Index zero_point, Type type) {
  require(!std::isnan(value), "a number");
  const Range range = range_of(type);
  const double even = std::nearbyint(double{value}) + static_cast<double>(zero_point);
  if (even <= static_cast<double>(range.lowest)) return range.lowest;
  if (even >= static_cast<double>(range.highest)) return range.highest;
  return static_cast<Index>(even);
}

}  // namespace

Tensor quantize_linear(const Tensor& input, const Tensor& scale, const Tensor& zero_point,
                       const Tensor& like) {
  Tensor output = blank(like);
  for_each(output, scale, zero_point, [&](Index i, Index c) {
    at(output.q, i) = from_real(at(input.f, i) / at(scale.f, c), at(zero_point.q, c), like.type);
  });
  return output;
}

Tensor requantize_linear(const Tensor& input, const Tensor& scale, const Tensor& zero_point,
                         const Tensor& like) {
  Tensor output = blank(like);
  for_each(output, scale, zero_point, [&](Index i, Index c) {
    const float scaled = static_cast<float>(at(input.q, i)) * at(scale.f, c);
    at(output.q, i) = from_real(scaled, at(zero_point.q, c), like.type);
  });
  return output;
}

Tensor dequantize_linear(const Tensor& input, const Tensor& scale, const Tensor& zero_point,
                         const Tensor& like) {
  Tensor output = blank(like);
  for_each(output, scale, zero_point, [&](Index i, Index c) {
    at(output.f, i) = static_cast<float>(at(input.q, i) - at(zero_point.q, c)) * at(scale.f, c);
  });
  return output;
}

}  // namespace oracle
