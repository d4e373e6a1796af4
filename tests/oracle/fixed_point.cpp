// SPDX-License-Identifier: Apache-2.0
//
// See fixed_point.h: the arithmetic notes, 5.1 and 5.2, formula by formula.
#include "fixed_point.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace oracle {
namespace {

constexpr Index kOneQ0 = 2147483647;  // 2^31 - 1
constexpr Index kOneQ2 = Index{1} << 29;

Index power_of_two(int n) {
  return Index{1} << n;
}

bool fits_s32(Index x) {
  return std::numeric_limits<std::int32_t>::min() <= x &&
         x <= std::numeric_limits<std::int32_t>::max();
}

/// halfsum(a, b) = (a + b + sign) / 2, truncating; sign is that of a + b, + for 0.
Index half_sum(Index a, Index b) {
  const Index total = a + b;
  return (total + (total >= 0 ? 1 : -1)) / 2;
}

/// Three Newton-Raphson steps towards 2 / (1 + x) in Q2, x in Q0 from 0 to 1. The start
/// is 48/17 - 32/17 * (1 + x) / 2.
Index double_reciprocal_of_one_plus(Index x) {
  const Index h = half_sum(x, kOneQ0);
  Index u = 1515870810 + multiply_high(h, -1010580540);
  for (int step = 0; step < 3; ++step) {
    const Index t = kOneQ2 - multiply_high(h, u);
    u = u + shift_left_saturating(multiply_high(u, t), 2);
  }
  return u;
}

Index one_over_one_plus(Index x) {
  return shift_left_saturating(double_reciprocal_of_one_plus(x), 1);
}

Index one_minus_over_one_plus(Index x) {
  return shift_left_saturating(double_reciprocal_of_one_plus(x) - kOneQ2, 2);
}

/// exp(a) in Q0 for a in [-1/4, 0) in Q0: Taylor series around -1/8.
Index exp_of_small_negative(Index a_in_q0) {
  constexpr Index c = 1895147668;  // exp(-1/8)
  const Index y = a_in_q0 + power_of_two(28);
  const Index y2 = multiply_high(y, y);
  const Index y3 = multiply_high(y2, y);
  const Index y4 = multiply_high(y2, y2);
  const Index third = multiply_high(divide_by_power(y4, 2) + y3, 715827883);
  const Index v = divide_by_power(third + y2, 1);
  return c + multiply_high(c, y + v);
}

/// 65536 / (1 + exp(-i/24))
double scaled_sigmoid(double i) {
  return 65536.0 / (1.0 + std::exp(-i / 24.0));
}

/// Entry i of the sigmoid table: the sample, corrected by half of the error that linear
/// interpolation makes half way to the next one.
Index sigmoid_entry(Index i) {
  if (i == 255) return 65535;
  const double here = scaled_sigmoid(static_cast<double>(i));
  const double next = scaled_sigmoid(static_cast<double>(i) + 1.0);
  const double middle = scaled_sigmoid(static_cast<double>(i) + 0.5);
  return static_cast<Index>(std::floor(here - ((here + next) / 2.0 - middle) / 2.0 + 0.5));
}

/// 2^bits * sigmoid_table(a / 2^bits), with linear interpolation.
Index interpolated_sigmoid(Index a, int bits) {
  const Index i = a >> bits;
  const Index fraction = a & (power_of_two(bits) - 1);
  const Index entry = sigmoid_entry(i);
  return entry * power_of_two(bits) + fraction * (sigmoid_entry(i + 1) - entry);
}

}  // namespace

Multiplier quantize_multiplier(double real) {
  if (real == 0.0) return {0, 0};
  int e = 0;
  const double fraction = std::frexp(real, &e);
  auto m = static_cast<Index>(std::round(fraction * 2147483648.0));
  if (m == power_of_two(31)) {
    m = power_of_two(30);
    e += 1;
  }
  if (e < -31) return {0, 0};
  return {m, e};
}

Index multiply_high(Index a, Index b) {
  require(fits_s32(a) && fits_s32(b), "int32 factors");
  const Index lowest = std::numeric_limits<std::int32_t>::min();
  if (a == lowest && b == lowest) return kOneQ0;
  return (a * b + power_of_two(30)) >> 31;
}

Index multiply_high_s16(Index a, Index b) {
  require(saturate_s16(a) == a && saturate_s16(b) == b, "int16 factors");
  return saturate_s16((a * b + power_of_two(14)) >> 15);
}

Index divide_by_power(Index x, int n) {
  require(0 <= n && n < 62, "a power of two");
  if (n == 0) return x;
  const Index magnitude = (std::abs(x) + power_of_two(n - 1)) >> n;
  return x < 0 ? -magnitude : magnitude;
}

Index requantise(Index x, Multiplier by) {
  const int left = std::max(by.e, 0);
  const int right = std::max(-by.e, 0);
  require(fits_s32(x) && left < 31, "an int32 to requantise");
  return divide_by_power(multiply_high(x * power_of_two(left), by.m), right);
}

Index requantise_wide(Index x, Multiplier by) {
  require(-power_of_two(47) <= x && x < power_of_two(47) && -31 <= by.e && by.e < 8,
          "the contract of the 64-bit form");
  const Index reduced = by.m < 0x7FFF0000 ? (by.m + power_of_two(15)) >> 16 : 0x7FFF;
  const int right = 15 - by.e;
  const Index result = (x * reduced + power_of_two(right - 1)) >> right;
  require(fits_s32(result), "an int32 result");
  return result;
}

Index shift_left_saturating(Index x, int n) {
  const Index threshold = power_of_two(31 - n) - 1;
  if (x > threshold) return kOneQ0;
  if (x < -threshold) return -kOneQ0 - 1;
  return x * power_of_two(n);
}

Index saturate_s16(Index x) {
  return clamp(x, range_of(Type::s16));
}

Index exp_of_negative(Index a, int k) {
  if (a == 0) return kOneQ0;
  const Index quarter = power_of_two(29 - k);
  const Index a_mod = (a & (quarter - 1)) - quarter;
  Index result = exp_of_small_negative(shift_left_saturating(a_mod, k));
  const Index remainder = a_mod - a;
  // exp(-2^p) for p = -2..4
  constexpr std::array<Index, 7> factors = {1672461947, 1302514674, 790015084, 290630308,
                                            39332535,   720401,     242};
  for (int p = -2; p <= 4 && k > p; ++p) {
    const bool bit = (remainder & power_of_two(31 - k + p)) != 0;
    if (bit) result = multiply_high(result, factors.at(static_cast<std::size_t>(p + 2)));
  }
  if (k > 5 && a < -power_of_two(5 + 31 - k)) return 0;
  return result;
}

Index logistic_of(Index a, int k) {
  if (a == 0) return power_of_two(30);
  const Index y = one_over_one_plus(exp_of_negative(-std::abs(a), k));
  return a > 0 ? y : kOneQ0 - y;
}

Index tanh_of(Index a, int k) {
  if (a == 0) return 0;
  const Index t = one_minus_over_one_plus(exp_of_negative(-std::abs(a), k + 1));
  return a < 0 ? -t : t;
}

Reciprocal reciprocal(Index x, int digits) {
  require(0 < x && fits_s32(x), "a positive int32");
  const int zeros = std::countl_zero(static_cast<std::uint32_t>(x));
  return {one_over_one_plus(x * power_of_two(zeros) - power_of_two(31)), digits - zeros};
}

Index logistic_s16(Index x) {
  const Index a = std::abs(x);
  const Index r = (a >> 9) >= 255 ? 32767 * power_of_two(10) : interpolated_sigmoid(a, 9);
  return (x >= 0 ? r + 512 : power_of_two(25) - r + 511) >> 10;
}

Index tanh_s16(Index x) {
  const Index a = std::abs(x);
  const Index r = (a >> 8) >= 255 ? 65535 * power_of_two(8) : interpolated_sigmoid(a, 8);
  return (x >= 0 ? r - power_of_two(23) + 128 : -r + power_of_two(23) + 127) >> 8;
}

}  // namespace oracle
