// SPDX-License-Identifier: Apache-2.0
//
// softmax over the last dimension (the arithmetic notes, 5.7).
#include <algorithm>
#include <bit>
#include <cmath>

#include "fixed_point.h"

namespace oracle {
namespace {

/// The argument of exp is in Q5, the sum of exponentials has 12 integer bits.
constexpr int kArgumentBits = 5;
constexpr int kSumBits = 12;

int fraction_bits(Type output) {
  return output == Type::s16 ? 16 : 8;
}

struct Scaling {
  Multiplier multiplier;
  Index lowest_difference = 0;  // below, exp counts as zero
};

Scaling scaling_of(const Tensor& input, float beta) {
  const double product = double{beta} * double{scale_of(input)} * 67108864.0;  // 2^26
  const Multiplier multiplier = quantize_multiplier(std::min(product, 2147483647.0));
  require(multiplier.e >= 0, "a softmax multiplier of at least one half");
  const double reach = 31.0 * 67108864.0 / std::exp2(multiplier.e);
  return {multiplier, -static_cast<Index>(std::floor(reach))};
}

/// exp(difference) in Q0; difference = q - largest, at least lowest_difference.
Index exponential(Index difference, const Scaling& scaling) {
  const Index shifted = difference * (Index{1} << scaling.multiplier.e);
  return exp_of_negative(multiply_high(shifted, scaling.multiplier.m), kArgumentBits);
}

void integer_row(const Tensor& input, Index begin, Index n, const Scaling& scaling,
                 Tensor& output) {
  Index largest = at(input.q, begin);
  for (Index i = begin; i < begin + n; ++i) largest = std::max(largest, at(input.q, i));
  Index sum = 0;
  for (Index i = begin; i < begin + n; ++i) {
    const Index difference = at(input.q, i) - largest;
    if (difference < scaling.lowest_difference) continue;
    sum += divide_by_power(exponential(difference, scaling), kSumBits);
  }
  const Reciprocal inverse = reciprocal(sum, kSumBits);
  const Range range = range_of(output.type);
  for (Index i = begin; i < begin + n; ++i) {
    const Index difference = at(input.q, i) - largest;
    if (difference < scaling.lowest_difference) {
      at(output.q, i) = range.lowest;
      continue;
    }
    const Index share = multiply_high(inverse.value, exponential(difference, scaling));
    const Index scaled = divide_by_power(share, inverse.shift + 31 - fraction_bits(output.type));
    at(output.q, i) = clamp(scaled + range.lowest, range);
  }
}

// s16: two tables, between whose 513 entries values are interpolated (5.2, int16 LUT)

using Table = std::vector<Index>;

template <typename Function>
Table table_of(float first, float last, Function function) {
  const float step = (last - first) / 512.0F;
  const float lowest_result = 2.0F / 65535.0F * -32768.0F;
  const float highest_result = 2.0F / 65535.0F * 32767.0F;
  const float inverse = 65536.0F / (highest_result - lowest_result);
  Table table;
  for (int i = 0; i < 512; ++i) {
    const float x = first + static_cast<float>(i) * step;
    const float sample = std::round(function(x) * inverse);
    const float middle = std::round(function(x + step / 2.0F) * inverse);
    const float next = function(first + static_cast<float>(i + 1) * step);
    const float interpolated = std::round((next * inverse + sample) / 2.0F);
    const float entry = sample - std::round((interpolated - middle) / 2.0F);
    table.push_back(clamp(static_cast<Index>(entry), range_of(Type::s16)));
  }
  const float end = std::round(function(last) * inverse);
  table.push_back(clamp(static_cast<Index>(end), range_of(Type::s16)));
  return table;
}

Index looked_up(const Table& table, Index v) {
  const Index i = 256 + (v >> 7);
  return at(table, i) + (((at(table, i + 1) - at(table, i)) * (v & 127) + 64) >> 7);
}

void s16_row(const Tensor& input, Index begin, Index n, double beta, Tensor& output) {
  static const Table exponentials =
      table_of(10.0F / 65535.0F * -65535.0F, 0.0F, [](float x) { return std::exp(x); });
  static const Table reciprocals =
      table_of(0.0F, 1.0F / 65535.0F * 65535.0F, [](float x) { return 1.0F / (1.0F + x); });
  const Multiplier multiplier =
      quantize_multiplier(double{scale_of(input)} * beta / (10.0 / 65535.0));
  Index largest = at(input.q, begin);
  for (Index i = begin; i < begin + n; ++i) largest = std::max(largest, at(input.q, i));
  std::vector<Index> terms;
  Index sum = 0;
  for (Index i = begin; i < begin + n; ++i) {
    const Index argument = requantise(at(input.q, i) - largest, multiplier) + 32767;
    terms.push_back(looked_up(exponentials, saturate_s16(argument)));
    sum += terms.back();
  }
  require(sum > 0 && sum < Index{1} << 31, "a positive int32 sum");
  const int h = std::countl_zero(static_cast<std::uint32_t>(sum));
  const Index g = ((sum << (h - 1)) + (Index{1} << 13)) >> 14;
  const Index r = looked_up(reciprocals, saturate_s16(g - 98304));
  for (Index i = 0; i < n; ++i) {
    const Index share = (at(terms, i) * r + (Index{1} << (30 - h))) >> (31 - h);
    at(output.q, begin + i) = clamp(share, {0, 32767});
  }
}

void float_row(const Tensor& input, Index begin, Index n, double beta, Tensor& output) {
  float largest = at(input.f, begin);
  for (Index i = begin; i < begin + n; ++i) largest = std::max(largest, at(input.f, i));
  const auto exponential_at = [&](Index i) {
    return std::exp((double{at(input.f, i)} - double{largest}) * beta);
  };
  double sum = 0.0;
  for (Index i = begin; i < begin + n; ++i) sum += exponential_at(i);
  for (Index i = begin; i < begin + n; ++i) {
    at(output.f, i) = static_cast<float>(exponential_at(i) / sum);
  }
}

}  // namespace

Tensor softmax(const Tensor& input, const SoftmaxOptions& options, const Tensor& like) {
  require(input.shape == like.shape, "the shape of the input");
  Tensor output = blank(like);
  const Index n = input.shape.back();
  if (is_float(input)) {
    for (Index begin = 0; begin < count(input.shape); begin += n) {
      float_row(input, begin, n, double{options.beta}, output);
    }
    return output;
  }
  if (input.type == Type::s16) {
    require(
        zero_point_of(input) == 0 && zero_point_of(like) == 0 && scale_of(like) == 1.0F / 32768.0F,
        "zero points 0 and an output scale of 1/32768");
    for (Index begin = 0; begin < count(input.shape); begin += n) {
      s16_row(input, begin, n, double{options.beta}, output);
    }
    return output;
  }
  const float output_scale = std::exp2(-static_cast<float>(fraction_bits(like.type)));
  require(scale_of(like) == output_scale && zero_point_of(like) == range_of(like.type).lowest,
          "an output scale of 1/256 (16 bits: 1/65536) from the lowest value up");
  const Scaling scaling = scaling_of(input, options.beta);
  for (Index begin = 0; begin < count(input.shape); begin += n) {
    integer_row(input, begin, n, scaling, output);
  }
  return output;
}

Tensor log_softmax(const Tensor& input, const Tensor& like) {
  Tensor output = blank(like);
  const Index n = input.shape.back();
  for (Index begin = 0; begin < count(input.shape); begin += n) {
    double largest = double{at(input.f, begin)}, sum = 0.0;
    for (Index i = begin; i < begin + n; ++i) largest = std::max(largest, double{at(input.f, i)});
    for (Index i = begin; i < begin + n; ++i) sum += std::exp(double{at(input.f, i)} - largest);
    for (Index i = begin; i < begin + n; ++i) {
      at(output.f, i) = static_cast<float>(double{at(input.f, i)} - largest - std::log(sum));
    }
  }
  return output;
}

}  // namespace oracle
