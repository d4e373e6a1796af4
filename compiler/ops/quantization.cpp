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

double linear_scale(const LinearOperands& operands, std::size_t channel) {
  const float input = operands.input.quantization.scale();
  const float weights = operands.weights.quantization.scale(channel);
  const float output = operands.output.quantization.scale();
  const double product = operands.float_product ? static_cast<double>(input * weights)
                                                : static_cast<double>(input) * weights;
  return product / output;
}

namespace {

/// Sum of (weight - zero point) of each output channel.
std::vector<std::int64_t> weight_sums(const LinearOperands& operands) {
  std::vector<std::int64_t> sums(static_cast<std::size_t>(operands.channels));
  const std::vector<std::int64_t> weights = integers(operands.weights);
  const std::size_t taps = weights.size() / sums.size();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t channel = operands.channels_last ? i % sums.size() : i / taps;
    sums[channel] += weights[i] - operands.weights.quantization.zero_point(channel);
  }
  return sums;
}

Field float_stage(const LinearOperands& operands, StepBuilder& builder) {
  const std::vector<float> bias =
      operands.bias ? elements<float>(*operands.bias)
                    : std::vector<float>(static_cast<std::size_t>(operands.channels));
  const FloatRange range = float_range(operands.activation);
  return labelled_field(
      "output", {{"bias", builder.constant("bias", bias)}, {"min", range.min}, {"max", range.max}});
}

}  // namespace

std::vector<std::int64_t> folded_bias(const LinearOperands& operands) {
  const std::int32_t zero = operands.centred_input ? 0 : operands.input.quantization.zero_point();
  std::vector<std::int64_t> bias = weight_sums(operands);
  for (std::int64_t& sum : bias) sum *= -zero;
  if (operands.bias) {
    const std::vector<std::int64_t> given = integers(*operands.bias);
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] += given[i];
  }
  return bias;
}

Field output_stage(const LinearOperands& operands, StepBuilder& builder) {
  if (operands.output.type == ElementType::f32) return float_stage(operands, builder);
  std::vector<std::int32_t> bias;
  for (const std::int64_t value : folded_bias(operands))
    bias.push_back(static_cast<std::int32_t>(value));
  const bool per_channel = operands.weights.quantization.per_channel();
  std::vector<std::int32_t> multipliers;
  std::vector<std::int8_t> shifts;
  for (std::size_t i = 0; i < (per_channel ? bias.size() : 1); ++i) {
    const Multiplier scale = quantize_multiplier(linear_scale(operands, i));
    multipliers.push_back(scale.multiplier);
    shifts.push_back(static_cast<std::int8_t>(scale.shift));
  }
  const IntegerRange range = quantized_range(operands.activation, operands.output);
  return labelled_field("output",
                        {{"bias", builder.constant("bias", bias)},
                         {"multiplier", builder.scaling("multiplier", multipliers, per_channel)},
                         {"shift", builder.scaling("shift", shifts, per_channel)},
                         {"per channel", std::int64_t{per_channel}},
                         {"zero point", std::int64_t{operands.output.quantization.zero_point()}},
                         {"min", std::int64_t{range.min}},
                         {"max", std::int64_t{range.max}}});
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

namespace {

/// Constants of types that go together, one bias per channel.
bool check_linear_types(const NodeView& view, const LinearOperands& operands,
                        Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  if (!operands.weights.constant || (operands.bias && !operands.bias->constant)) {
    diagnostics.error(place, "weights and bias must be constants of the model")
        .note("fold the operators that compute them before exporting");
    return false;
  }
  const ElementType type = operands.input.type;
  if (operands.weights.type != type || operands.output.type != type) {
    diagnostics
        .error(place,
               fmt::format("input, weights and output have types {}, {} and {}", to_string(type),
                           to_string(operands.weights.type), to_string(operands.output.type)))
        .note("supported: all f32, all s8 or all u8");
    return false;
  }
  const ElementType bias_type = type == ElementType::f32 ? ElementType::f32 : ElementType::s32;
  if (!operands.bias || (operands.bias->type == bias_type &&
                         element_count(operands.bias->shape) == operands.channels))
    return true;
  diagnostics.error(
      place, fmt::format("bias is {} {}, expected {} {}", to_string(operands.bias->type),
                         to_string(operands.bias->shape), to_string(bias_type), operands.channels));
  return false;
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
  const bool is_signed = operands.input.type == ElementType::s8;
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
             fmt::format("{} weights have zero point {}", to_string(operands.input.type), *bad))
      .note(is_signed ? "quantize weights symmetrically, with zero point 0"
                      : "zero points are values of the type");
  return false;
}

/// Every partial sum must fit the 32-bit accumulator, whatever the input, and still do so when it
/// is shifted left and the output's zero point is added.
void check_accumulators(const NodeView& view, const LinearOperands& operands,
                        Diagnostics& diagnostics) {
  constexpr std::int64_t limit = INT32_MAX - 255;
  const std::int64_t taps = element_count(operands.weights.shape) / operands.channels;
  const std::vector<std::int64_t> bias = folded_bias(operands);
  const bool is_unsigned = operands.input.type == ElementType::u8;
  const std::int64_t largest_input = is_unsigned || operands.centred_input ? 255 : 128;
  const std::int64_t largest_product = largest_input * (is_unsigned ? 255 : 128);
  for (std::size_t i = 0; i < bias.size(); ++i) {
    const std::int64_t bound = std::abs(bias[i]) + taps * largest_product;
    const double scale = linear_scale(operands, i);
    const int left = std::isfinite(scale) ? std::max(0, quantize_multiplier(scale).shift) : 31;
    if (left < 31 && bound <= limit >> left) continue;
    diagnostics
        .error(place_of(view.graph, view.node),
               fmt::format("output channel {} can overflow 32 bits ({} taps, bias {}, scale {})", i,
                           taps, bias[i], scale))
        .note("split the layer, or give its output a larger scale");
    return;
  }
}

}  // namespace

void check_linear(const NodeView& view, const LinearOperands& operands, Diagnostics& diagnostics) {
  if (!check_linear_types(view, operands, diagnostics) || operands.input.type == ElementType::f32)
    return;
  if (check_quantized(view, operands.input, "input", diagnostics) &&
      check_quantized(view, operands.output, "output", diagnostics) &&
      check_weight_scales(view, operands, diagnostics) &&
      check_weight_zero_points(view, operands, diagnostics))
    check_accumulators(view, operands, diagnostics);
}

}  // namespace smelt
