// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/linear.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <iterator>

namespace smelt {
namespace {

/// Short sums first.
constexpr const LinearFormat* all_formats[] = {
    &formats::f32,       &formats::s8,   &formats::u8,    &formats::s16x8,    &formats::s16x8_s64,
    &formats::s16x8_b32, &formats::s8x4, &formats::s16x4, &formats::s16x4_s64};

ElementType bias_type(const LinearOperands& operands) {
  if (operands.bias) return operands.bias->type;
  switch (operands.input.type) {
    case ElementType::f32: return ElementType::f32;
    case ElementType::s16: return ElementType::s64;
    default: return ElementType::s32;
  }
}

/// Sum of function(weight - zero point) of each output channel.
template <typename Function>
std::vector<std::int64_t> weight_sums(const LinearOperands& operands, Function function) {
  std::vector<std::int64_t> sums(static_cast<std::size_t>(operands.channels));
  const std::vector<std::int64_t> weights = integers(operands.weights);
  const std::size_t taps = weights.size() / sums.size();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t channel = operands.channels_last ? i % sums.size() : i / taps;
    sums[channel] += function(weights[i] - operands.weights.quantization.zero_point(channel));
  }
  return sums;
}

/// Of the numbers of an integer type, by absolute value.
std::int64_t largest_input(ElementType type) {
  switch (type) {
    case ElementType::s8: return 128;
    case ElementType::u8: return 255;
    default: return 32768;
  }
}

/// Bytes of a row of 4-bit weights.
std::size_t packed_size(std::size_t weights) {
  return (weights + 1) / 2;
}

/// Weights of 4 bits, two in a byte, the first in its low half.
std::vector<std::uint8_t> packed_rows(const std::vector<std::uint8_t>& weights,
                                      std::size_t length) {
  const std::size_t pitch = packed_size(length);
  std::vector<std::uint8_t> bytes(weights.size() / length * pitch);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t column = i % length;
    std::uint8_t& pair = bytes[i / length * pitch + column / 2];
    pair = static_cast<std::uint8_t>(pair | (weights[i] & 15U) << (column % 2 * 4));
  }
  return bytes;
}

Field float_stage(const LinearOperands& operands, StepBuilder& builder) {
  const std::vector<float> bias =
      operands.bias ? elements<float>(*operands.bias)
                    : std::vector<float>(static_cast<std::size_t>(operands.channels));
  const FloatRange range = float_range(operands.activation);
  return labelled_field(
      "output", {{"bias", builder.constant("bias", bias)}, {"min", range.min}, {"max", range.max}});
}

/// One multiplier for all channels, or one each.
std::vector<Multiplier> stored_multipliers(const LinearOperands& operands) {
  std::vector<Multiplier> multipliers = multipliers_of(operands);
  if (!operands.weights.quantization.per_channel()) multipliers.resize(1);
  return multipliers;
}

template <typename T>
ConstantId bias_constant(const LinearOperands& operands, StepBuilder& builder) {
  std::vector<T> bias;
  for (const std::int64_t value : folded_bias(operands)) bias.push_back(static_cast<T>(value));
  return builder.constant("bias", bias);
}

/// Fields of smelt::requantization.
std::vector<LabelledValue> long_stage(const LinearOperands& operands, StepBuilder& builder) {
  const bool per_channel = operands.weights.quantization.per_channel();
  std::vector<std::int32_t> multipliers;
  std::vector<std::int8_t> shifts;
  for (const Multiplier& each : stored_multipliers(operands)) {
    multipliers.push_back(each.multiplier);
    shifts.push_back(static_cast<std::int8_t>(each.shift));
  }
  const ConstantId bias = bias_constant<std::int32_t>(operands, builder);
  return {{"bias", bias},
          {"multiplier", builder.scaling("multiplier", multipliers, per_channel)},
          {"shift", builder.scaling("shift", shifts, per_channel)},
          {"per channel", std::int64_t{per_channel}},
          {"zero point", std::int64_t{operands.output.quantization.zero_point()}}};
}

/// Fields of smelt::short_requantization.
std::vector<LabelledValue> short_stage(const LinearFormat& format, const LinearOperands& operands,
                                       StepBuilder& builder) {
  const bool per_channel = operands.weights.quantization.per_channel();
  std::vector<std::int16_t> multipliers;
  std::vector<std::int8_t> rights;
  for (const Multiplier& each : stored_multipliers(operands)) {
    multipliers.push_back(shorten(each).multiplier);
    rights.push_back(shorten(each).right);
  }
  const ConstantId bias = format.sum == ElementType::s64
                              ? bias_constant<std::int64_t>(operands, builder)
                              : bias_constant<std::int32_t>(operands, builder);
  return {{"bias", bias},
          {"multiplier", builder.scaling("multiplier", multipliers, per_channel)},
          {"shift to the right", builder.scaling("right", rights, per_channel)},
          {"per channel", std::int64_t{per_channel}}};
}

}  // namespace

bool computes(const LinearFormat& format, const LinearOperands& operands) {
  if (format.input != operands.input.type || format.weights != operands.weights.type ||
      format.bias != bias_type(operands))
    return false;
  if (!format.short_multiplier || format.sum == ElementType::s64) return true;
  const std::vector<std::int64_t> bounds = sum_bounds(operands);
  return *std::max_element(bounds.begin(), bounds.end()) <= INT32_MAX;
}

const LinearFormat& format_of(const LinearOperands& operands) {
  const auto* const found =
      std::find_if(std::begin(all_formats), std::end(all_formats),
                   [&](const LinearFormat* format) { return computes(*format, operands); });
  assert(found != std::end(all_formats) && "check_linear admits what a format computes");
  return **found;
}

Kernel linear_kernel(std::string_view stem, const LinearFormat& format,
                     void (*invoke)(const HostCall&)) {
  std::string_view file = stem == "pointwise" ? "conv2d" : stem;
  return {fmt::format("{}_{}", stem, format.name),
          fmt::format("smelt/{}{}.h", file, format.headers), invoke};
}

std::string linear_layer(std::string_view stem, const LinearFormat& format) {
  return fmt::format("{}_{}_layer", stem, format.name);
}

ConstantId weights_constant(const LinearFormat& format, const std::vector<std::uint8_t>& weights,
                            const WeightRows& rows, StepBuilder& builder) {
  const bool packs = format.weights == ElementType::s4;
  const auto margin = static_cast<std::size_t>(rows.margin * byte_size(format.weights));
  std::vector<std::uint8_t> bytes =
      packs ? packed_rows(weights, static_cast<std::size_t>(rows.length)) : weights;
  bytes.resize(bytes.size() + (packs ? packed_size(margin) : margin));
  const auto length = static_cast<std::size_t>(rows.length);
  const auto row = static_cast<std::int64_t>(packs ? packed_size(length) : length);
  return builder.constant("weights", packs ? ElementType::u8 : format.weights, std::move(bytes),
                          rows.by_channel ? row : 0);
}

std::int64_t zero_point_of(const Tensor& tensor) {
  return tensor.type == ElementType::f32 ? 0 : tensor.quantization.zero_point();
}

Value padding_of(const Tensor& tensor) {
  if (tensor.type == ElementType::f32) return 0.0F;
  return zero_point_of(tensor);
}

void set_window_rows(Step& step, const Window& window, const LinearOperands& operands,
                     const Shape& input, const Shape& output) {
  step.summary = describe(window, operands.activation);
  step.lead = row_lead(window, input, output, operands.input.type);
  set_row_form(step, window, input, output, padding_of(operands.input));
}

double linear_scale(const LinearOperands& operands, std::size_t channel) {
  const float input = operands.input.quantization.scale();
  const float weights = operands.weights.quantization.scale(channel);
  const float output = operands.output.quantization.scale();
  const double product = operands.float_product ? static_cast<double>(input * weights)
                                                : static_cast<double>(input) * weights;
  return product / output;
}

std::vector<Multiplier> multipliers_of(const LinearOperands& operands) {
  std::vector<Multiplier> multipliers;
  for (std::int32_t c = 0; c < operands.channels; ++c)
    multipliers.push_back(quantize_multiplier(linear_scale(operands, static_cast<std::size_t>(c))));
  return multipliers;
}

std::vector<std::int64_t> folded_bias(const LinearOperands& operands) {
  const std::int32_t zero = operands.input_offset +
                            (operands.centred_input ? 0 : operands.input.quantization.zero_point());
  std::vector<std::int64_t> bias =
      weight_sums(operands, [zero](std::int64_t weight) { return weight * -zero; });
  if (operands.bias) {
    const std::vector<std::int64_t> given = integers(*operands.bias);
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] += given[i];
  }
  return bias;
}

std::vector<std::int64_t> sum_bounds(const LinearOperands& operands) {
  const std::int64_t largest = largest_input(operands.input.type);
  std::vector<std::int64_t> bounds =
      weight_sums(operands, [largest](std::int64_t weight) { return std::abs(weight) * largest; });
  const std::vector<std::int64_t> bias = folded_bias(operands);
  // A bias may be any number; the bounds stay far above all that is computed.
  constexpr std::int64_t large = std::int64_t{1} << 60;
  for (std::size_t i = 0; i < bounds.size(); ++i)
    bounds[i] += std::abs(std::clamp(bias[i], -large, large));
  return bounds;
}

Field output_stage(const LinearFormat& format, const LinearOperands& operands,
                   StepBuilder& builder) {
  if (format.sum == ElementType::f32) return float_stage(operands, builder);
  std::vector<LabelledValue> fields = format.short_multiplier
                                          ? short_stage(format, operands, builder)
                                          : long_stage(operands, builder);
  const IntegerRange range = quantized_range(operands.activation, operands.output);
  fields.emplace_back("min", std::int64_t{range.min});
  fields.emplace_back("max", std::int64_t{range.max});
  return labelled_field("output", fields);
}

}  // namespace smelt
