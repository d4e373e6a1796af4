// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/quantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace smelt {

Multiplier quantize_multiplier(double real) {
  if (real == 0) return {};
  int exponent = 0;
  const double fraction = std::frexp(real, &exponent);
  auto fixed = static_cast<std::int64_t>(std::llround(fraction * 2147483648.0));
  if (fixed == std::int64_t{1} << 31) {
    fixed /= 2;
    ++exponent;
  }
  if (exponent < -31) return {};
  return {static_cast<std::int32_t>(fixed), exponent};
}

ShortMultiplier shorten(const Multiplier& multiplier) {
  const std::int64_t rounded = (std::int64_t{multiplier.multiplier} + (1 << 15)) >> 16;
  return {static_cast<std::int16_t>(std::min<std::int64_t>(rounded, INT16_MAX)),
          static_cast<std::int8_t>(15 - multiplier.shift)};
}

FloatRange float_range(Activation activation) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  switch (activation) {
    case Activation::relu: return {0, infinity};
    case Activation::relu_n1_to_1: return {-1, 1};
    case Activation::relu6: return {0, 6};
    case Activation::none: break;
  }
  return {-infinity, infinity};
}

std::int32_t quantize_bound(float value, const Tensor& tensor) {
  const float scaled = std::round(value / tensor.quantization.scale());
  // A tiny scale puts the bound far outside every type: saturate before converting.
  constexpr float limit = 1e9F;
  return tensor.quantization.zero_point() +
         static_cast<std::int32_t>(std::clamp(scaled, -limit, limit));
}

IntegerRange quantized_range(Activation activation, const Tensor& tensor) {
  IntegerRange range = range_of(tensor.type);
  const FloatRange real = float_range(activation);
  if (std::isfinite(real.min)) range.min = std::max(range.min, quantize_bound(real.min, tensor));
  if (std::isfinite(real.max)) range.max = std::min(range.max, quantize_bound(real.max, tensor));
  return range;
}

bool check_type(const NodeView& view, const Tensor& tensor, std::string_view role,
                std::initializer_list<ElementType> types, Diagnostics& diagnostics) {
  if (std::find(types.begin(), types.end(), tensor.type) != types.end()) return true;
  std::vector<std::string_view> names;
  for (const ElementType type : types) names.push_back(to_string(type));
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("{} \"{}\" has type {}, which is not supported here", role, tensor.name,
                         to_string(tensor.type)))
      .note(fmt::format("supported: {}", fmt::join(names, ", ")));
  return false;
}

bool check_quantized(const NodeView& view, const Tensor& tensor, std::string_view role,
                     Diagnostics& diagnostics) {
  const Quantization& given = tensor.quantization;
  if (!given.present() || given.per_channel() || given.zero_points.size() != 1) {
    diagnostics
        .error(
            place_of(view.graph, view.node),
            fmt::format("{} \"{}\" has type {} but {}", role, tensor.name, to_string(tensor.type),
                        given.present() ? "a scale per channel" : "no scale"))
        .note("quantize activations with one scale and zero point per tensor");
    return false;
  }
  const IntegerRange range = range_of(tensor.type);
  if (std::isfinite(given.scale()) && given.scale() > 0 && given.zero_point() >= range.min &&
      given.zero_point() <= range.max)
    return true;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("{} \"{}\" of type {} has scale {:g} and zero point {}", role, tensor.name,
                         to_string(tensor.type), given.scale(), given.zero_point()))
      .note("scales are positive numbers, zero points values of the type");
  return false;
}

bool check_scaled(const NodeView& view, const Tensor& tensor, std::string_view role,
                  Diagnostics& diagnostics) {
  if (!check_quantized(view, tensor, role, diagnostics)) return false;
  if (tensor.type != ElementType::s16 || tensor.quantization.zero_point() == 0) return true;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("{} \"{}\" of type s16 has zero point {}", role, tensor.name,
                         tensor.quantization.zero_point()))
      .note("quantize 16-bit activations symmetrically, with zero point 0");
  return false;
}

}  // namespace smelt
