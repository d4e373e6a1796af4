// SPDX-License-Identifier: Apache-2.0
//
// What linear layers can be given: constants of types that go together, scales that are numbers,
// and sums that fit.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "compiler/ops/linear.h"

namespace smelt {
namespace {

/// Types of input and weights that go together, and biases for them.
struct LinearTypes {
  ElementType input, weights;
  std::vector<ElementType> biases;
};
const std::vector<LinearTypes>& linear_types() {
  using enum ElementType;
  static const std::vector<LinearTypes> types = {{f32, f32, {f32}}, {s8, s8, {s32}},
                                                 {u8, u8, {s32}},   {s16, s8, {s64, s32}},
                                                 {s8, s4, {s32}},   {s16, s4, {s64}}};
  return types;
}

const LinearTypes* types_of(const LinearOperands& operands) {
  for (const LinearTypes& types : linear_types())
    if (types.input == operands.input.type && types.weights == operands.weights.type) return &types;
  return nullptr;
}

bool check_element_types(const NodeView& view, const LinearOperands& operands,
                         Diagnostics& diagnostics) {
  const ElementType input = operands.input.type;
  const bool can_unpack = operands.packed_weights || operands.weights.type != ElementType::s4;
  if (types_of(operands) && can_unpack && operands.output.type == input) return true;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("input, weights and output have types {}, {} and {}", to_string(input),
                         to_string(operands.weights.type), to_string(operands.output.type)))
      .note(
          "supported: all f32, all s8, all u8, or s16 with weights of s8; convolutions but "
          "transposed ones and fully connected layers take weights of s4 for s8");
  return false;
}

bool check_bias(const NodeView& view, const LinearOperands& operands, Diagnostics& diagnostics) {
  if (!operands.bias) return true;
  std::vector<ElementType> types = types_of(operands)->biases;
  if (operands.wide_bias) types.resize(1);
  if (std::find(types.begin(), types.end(), operands.bias->type) != types.end() &&
      element_count(operands.bias->shape) == operands.channels)
    return true;
  diagnostics.error(
      place_of(view.graph, view.node),
      fmt::format("bias is {} {}, expected {} {}", to_string(operands.bias->type),
                  to_string(operands.bias->shape), to_string(types.front()), operands.channels));
  return false;
}

/// Constants of types that go together, one bias per channel.
bool check_linear_types(const NodeView& view, const LinearOperands& operands,
                        Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  if (!operands.weights.constant || (operands.bias && !operands.bias->constant)) {
    diagnostics.error(place, "weights and bias must be constants of the model")
        .note("fold the operators that compute them before exporting");
    return false;
  }
  return check_element_types(view, operands, diagnostics) &&
         check_bias(view, operands, diagnostics);
}

/// Scales that are numbers, as many as there are channels, with a zero point each or for all. A
/// scale of zero is one: nothing but the bias comes out of such a channel.
bool check_weight_scales(const NodeView& view, const LinearOperands& operands,
                         Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  const Quantization& weights = operands.weights.quantization;
  const auto channels = static_cast<std::size_t>(operands.channels);
  if (!weights.present() || (weights.per_channel() && weights.scales.size() != channels)) {
    diagnostics.error(place, fmt::format("weights have {} scales for {} output channels",
                                         weights.scales.size(), operands.channels));
    return false;
  }
  const auto last = static_cast<std::int32_t>(operands.weights.shape.size()) - 1;
  const std::int32_t axis = operands.channels_last ? last : 0;
  if (weights.per_channel() && weights.axis != axis) {
    diagnostics.error(place, fmt::format("weights have their scales along dimension {}, but their "
                                         "output channels along {}",
                                         weights.axis, axis));
    return false;
  }
  if (std::any_of(weights.scales.begin(), weights.scales.end(),
                  [](float scale) { return !(scale >= 0) || !std::isfinite(scale); })) {
    diagnostics.error(place, "weights have a scale that is no positive number");
    return false;
  }
  if (weights.zero_points.size() == 1 || weights.zero_points.size() == weights.scales.size())
    return true;
  diagnostics.error(place, fmt::format("weights have {} scales but {} zero points",
                                       weights.scales.size(), weights.zero_points.size()));
  return false;
}

bool check_weight_zero_points(const NodeView& view, const LinearOperands& operands,
                              Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  const Quantization& weights = operands.weights.quantization;
  const bool is_signed = operands.input.type != ElementType::u8;
  if (!is_signed && weights.per_channel()) {
    diagnostics.error(place, "u8 weights have a scale per channel")
        .note("use one scale per tensor, or quantize to int8");
    return false;
  }
  const IntegerRange range = is_signed ? IntegerRange{0, 0} : range_of(ElementType::u8);
  const auto outside = [range](std::int32_t zero) { return zero < range.min || zero > range.max; };
  const auto bad = std::find_if(weights.zero_points.begin(), weights.zero_points.end(), outside);
  if (bad == weights.zero_points.end()) return true;
  diagnostics
      .error(place,
             fmt::format("{} weights have zero point {}", to_string(operands.weights.type), *bad))
      .note(is_signed ? "quantize weights symmetrically, with zero point 0"
                      : "zero points are values of the type");
  return false;
}

/// Largest |sum| of each channel, bias included, whatever the input; of bytes, and weights of them,
/// any.
std::vector<std::int64_t> bounds_of(const LinearOperands& operands) {
  if (operands.input.type == ElementType::s16) return sum_bounds(operands);
  const std::int64_t taps = element_count(operands.weights.shape) / operands.channels;
  const bool is_unsigned = operands.input.type == ElementType::u8;
  const std::int64_t largest_input = is_unsigned || operands.centred_input ? 255 : 128;
  const std::int64_t largest_weight =
      is_unsigned ? 255 : std::int64_t{-range_of(operands.weights.type).min};
  std::vector<std::int64_t> bounds = folded_bias(operands);
  for (std::int64_t& bound : bounds)
    bound = std::abs(bound) + taps * largest_input * largest_weight;
  return bounds;
}

/// Whether every partial sum fits the 32-bit accumulator, and still does so when it is shifted left
/// and the output's zero point is added.
bool fits_long_multiplier(std::int64_t bound, double scale) {
  constexpr std::int64_t limit = INT32_MAX - 255;
  const int left = std::isfinite(scale) ? std::max(0, quantize_multiplier(scale).shift) : 31;
  return left < 31 && bound <= limit >> left;
}

/// Whether sums stay within 48 bits, and what multiplying makes of them within 32 (the arithmetic
/// notes, 5.1: the contract of requantise, 64-bit x).
bool fits_short_multiplier(std::int64_t bound, double scale) {
  return std::isfinite(scale) && bound < std::int64_t{1} << 47 &&
         quantize_multiplier(scale).shift < 8 &&
         static_cast<double>(bound) * scale < double{INT32_MAX - 65536};
}

void check_accumulators(const NodeView& view, const LinearOperands& operands,
                        Diagnostics& diagnostics) {
  const bool is_short = operands.input.type == ElementType::s16 &&
                        (!operands.bias || operands.bias->type == ElementType::s64);
  const std::int64_t taps = element_count(operands.weights.shape) / operands.channels;
  const std::vector<std::int64_t> bounds = bounds_of(operands);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const double scale = linear_scale(operands, i);
    if (is_short ? fits_short_multiplier(bounds[i], scale) : fits_long_multiplier(bounds[i], scale))
      continue;
    diagnostics
        .error(place_of(view.graph, view.node),
               fmt::format("output channel {} can overflow 32 bits ({} taps, bias {}, scale {})", i,
                           taps, folded_bias(operands)[i], scale))
        .note("split the layer, or give its output a larger scale");
    return;
  }
}

}  // namespace

void check_linear(const NodeView& view, const LinearOperands& operands, Diagnostics& diagnostics) {
  if (!check_linear_types(view, operands, diagnostics) || operands.input.type == ElementType::f32)
    return;
  if (check_scaled(view, operands.input, "input", diagnostics) &&
      check_scaled(view, operands.output, "output", diagnostics) &&
      check_weight_scales(view, operands, diagnostics) &&
      check_weight_zero_points(view, operands, diagnostics))
    check_accumulators(view, operands, diagnostics);
}

}  // namespace smelt
