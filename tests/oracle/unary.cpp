// SPDX-License-Identifier: Apache-2.0
//
// Functions of one element (the arithmetic notes, 5.3, 5.5 and 5.7).
#include <algorithm>
#include <cmath>

#include "fixed_point.h"

namespace oracle {
namespace {

/// in_real(float) or in_integer(raw integer) for every element.
template <typename InReal, typename InInteger>
Tensor map(const Tensor& input, const Tensor& like, InReal in_real, InInteger in_integer) {
  require(count(input.shape) == count(like.shape), "as many elements as the input");
  Tensor output = blank(like);
  for (Index i = 0; i < count(input.shape); ++i) {
    if (is_float(input)) {
      at(output.f, i) = in_real(at(input.f, i));
    } else {
      at(output.q, i) = in_integer(at(input.q, i));
    }
  }
  return output;
}

/// logistic and tanh: the argument in Q4 is d * 2^e * m; |d| of `radius` or more saturates.
struct CurveScaling {
  Multiplier multiplier;
  Index radius = 0;
};

CurveScaling curve_scaling(const Tensor& input) {
  const Multiplier multiplier = quantize_multiplier(double{scale_of(input)} * 134217728.0);  // 2^27
  const double reach = 15.0 * 134217728.0 / std::exp2(multiplier.e);
  return {multiplier, static_cast<Index>(std::floor(reach))};
}

/// curve(argument in Q4) -> Q0, of which `shift` bits are dropped.
template <typename Curve>
Index saturating_curve(Index q, const Tensor& input, const Tensor& like, int shift, Curve curve) {
  const CurveScaling scaling = curve_scaling(input);
  const Range range = range_of(like.type);
  const Index d = q - zero_point_of(input);
  if (d <= -scaling.radius) return range.lowest;
  if (d >= scaling.radius) return range.highest;
  const Index value = curve(requantise(d, scaling.multiplier));
  return clamp(divide_by_power(value, shift) + zero_point_of(like), range);
}

/// s16 logistic and tanh: how an input becomes the argument of the table, (q * factor) / 2^shift.
struct TableScaling {
  Index factor = 0;
  int shift = 0;
};

/// `most`: the largest k for which a scale of 2^(k - 12) is multiplied exactly.
TableScaling table_scaling(const Tensor& input, int most) {
  require(zero_point_of(input) == 0, "zero point 0");
  const double log2 = std::log2(double{scale_of(input)});
  const double k = 12.0 + std::round(log2);
  if (std::abs(log2 - std::round(log2)) < 1e-3 && k >= 0.0 && k <= most) {
    return {3 * (Index{1} << static_cast<int>(k)), 0};
  }
  TableScaling scaling;
  double factor = double{scale_of(input)} * 12288.0;
  while (factor <= 16383.5 && scaling.shift < 31) {
    factor *= 2.0;
    scaling.shift += 1;
  }
  scaling.factor = static_cast<Index>(factor);
  return scaling;
}

Index table_argument(Index q, const TableScaling& scaling) {
  const Index half = scaling.shift > 0 ? Index{1} << (scaling.shift - 1) : 0;
  return (q * scaling.factor + half) >> scaling.shift;
}

/// relu6 and relu_n1_to_1: a clamp in the input's own quantization.
Tensor clamped(const Tensor& input, const Tensor& like, float lowest, float highest) {
  return map(
      input, like, [&](float x) { return std::min(std::max(x, lowest), highest); },
      [&](Index q) {
        const Range full = range_of(input.type);
        return clamp(
            q, {clamp(quantized(lowest, input), full), clamp(quantized(highest, input), full)});
      });
}

/// The multipliers of hard_swish, rounded to 16 bits.
struct HardSwishScaling {
  Index output_m = 0;
  int output_e = 0;
  Index relu_m = 0;
  int relu_e = 0;
};

Index rounded_to_s16(Index m) {
  return m >= 2147483647 - 32768 ? 32767 : (m + 32768) >> 16;
}

HardSwishScaling hard_swish_scaling(const Tensor& input, const Tensor& like) {
  const float fine = scale_of(input) / 128.0F;
  const Multiplier output = quantize_multiplier(double{fine / scale_of(like)});
  const Multiplier relu = quantize_multiplier(double{fine / (3.0F / 32768.0F)});
  require(output.e <= 0, "an output scale of at least 1/128 of the input scale");
  return {rounded_to_s16(output.m), output.e, rounded_to_s16(relu.m), relu.e};
}

/// (x + 3) / 6 clamped to 0..1, in Q0.15, from h = 128 * (q - z_in).
Index hard_sigmoid_s16(Index h, const HardSwishScaling& scaling) {
  Index r = h;
  if (scaling.relu_e > 0) r = saturate_s16(r * (Index{1} << (scaling.relu_e - 1)));
  r = multiply_high_s16(r, scaling.relu_m);
  if (scaling.relu_e > 0) r = saturate_s16(r * 2);
  if (scaling.relu_e < 0) r = divide_by_power(r, -scaling.relu_e);
  return (r + 32768) >> 1;
}

Index hard_swish_integer(Index q, const Tensor& input, const Tensor& like) {
  const HardSwishScaling scaling = hard_swish_scaling(input, like);
  const Index h = (q - zero_point_of(input)) * 128;
  const Index pre = multiply_high_s16(h, scaling.output_m);
  const Index v = saturate_s16(hard_sigmoid_s16(h, scaling) * pre / 32768);
  return clamp(divide_by_power(v, -scaling.output_e) + zero_point_of(like), range_of(like.type));
}

}  // namespace

Tensor logistic(const Tensor& input, const Tensor& like) {
  return map(
      input, like, [](float x) { return static_cast<float>(1.0 / (1.0 + std::exp(-double{x}))); },
      [&](Index q) {
        if (input.type == Type::s16)
          return logistic_s16(table_argument(q, table_scaling(input, 0)));
        return saturating_curve(q, input, like, 23, [](Index a) { return logistic_of(a, 4); });
      });
}

Tensor tanh(const Tensor& input, const Tensor& like) {
  return map(
      input, like, [](float x) { return static_cast<float>(std::tanh(double{x})); },
      [&](Index q) {
        if (input.type == Type::s16) return tanh_s16(table_argument(q, table_scaling(input, 1)));
        return saturating_curve(q, input, like, 24, [](Index a) { return tanh_of(a, 4); });
      });
}

Tensor relu(const Tensor& input, const Tensor& like) {
  return map(
      input, like, [](float x) { return std::max(x, 0.0F); },
      [&](Index q) {
        const float real = scale_of(input) / scale_of(like);
        const Index scaled =
            requantise(q - zero_point_of(input), quantize_multiplier(double{real}));
        return clamp(scaled + zero_point_of(like), activation_range(Activation::relu, like));
      });
}

Tensor relu6(const Tensor& input, const Tensor& like) {
  return clamped(input, like, 0.0F, 6.0F);
}

Tensor relu_n1_to_1(const Tensor& input, const Tensor& like) {
  return clamped(input, like, -1.0F, 1.0F);
}

Tensor leaky_relu(const Tensor& input, const LeakyReluOptions& options, const Tensor& like) {
  const float alpha = options.alpha;
  return map(
      input, like, [&](float x) { return x >= 0.0F ? x : x * alpha; },
      [&](Index q) {
        const float identity = scale_of(input) / scale_of(like);
        const float sloped = scale_of(input) * std::abs(alpha) / scale_of(like);
        const Index sign = alpha < 0.0F ? -1 : 1;
        const Index v = q - zero_point_of(input);
        const Index scaled = v >= 0 ? requantise(v, quantize_multiplier(double{identity}))
                                    : sign * requantise(v, quantize_multiplier(double{sloped}));
        return clamp(scaled + zero_point_of(like), range_of(like.type));
      });
}

Tensor hard_swish(const Tensor& input, const Tensor& like) {
  return map(
      input, like, [](float x) { return x * std::min(std::max(x + 3.0F, 0.0F), 6.0F) / 6.0F; },
      [&](Index q) { return hard_swish_integer(q, input, like); });
}

}  // namespace oracle
