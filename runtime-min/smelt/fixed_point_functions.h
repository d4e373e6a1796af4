// SPDX-License-Identifier: Apache-2.0
//
// Functions of fixed-point numbers, bit for bit those of the reference kernels (the arithmetic
// notes, 5.2). A number in Qk has k integer bits and 31 - k fraction bits: one is 2^31 - 1 in Q0
// and 2^29 in Q2.
#ifndef SMELT_FIXED_POINT_FUNCTIONS_H
#define SMELT_FIXED_POINT_FUNCTIONS_H

#include "smelt/fixed_point.h"

namespace smelt {

constexpr int32_t fixed_one = 0x7FFFFFFF;  ///< one in Q0, as near as it gets

/// x * 2^n, kept within 32 bits: to fewer integer bits.
SMELT_INLINE int32_t shift_left_saturating(int32_t x, int32_t n) {
  const int32_t limit = static_cast<int32_t>((uint32_t{1} << (31 - n)) - 1);
  if (x > limit) return INT32_MAX;
  if (x < -limit) return INT32_MIN;
  return shift_left(x, n);
}

/// Zero bits above the highest one of x > 0.
SMELT_INLINE int32_t leading_zeros(uint32_t x) {
  int32_t zeros = 0;
  for (; (x & 0x80000000U) == 0; x <<= 1) ++zeros;
  return zeros;
}

/// exp(a) in Q0 for -1/4 <= a < 0 in Q0: the Taylor series around -1/8.
SMELT_PART int32_t exp_on_negative_quarter(int32_t a) {
  const int32_t centre = 1895147668;  // exp(-1/8)
  const int32_t third = 715827883;
  const int32_t x = a + (int32_t{1} << 28);
  const int32_t x2 = multiply_high(x, x);
  const int32_t x3 = multiply_high(x2, x);
  const int32_t x4 = multiply_high(x2, x2);
  const int32_t cubic = multiply_high(divide_by_power(x4, 2) + x3, third);
  return centre + multiply_high(centre, x + divide_by_power(cubic + x2, 1));
}

/// `result` times factor = exp(-2^p), if bit 2^p of `taken` in Qk is set.
template <int32_t k, int32_t p>
SMELT_INLINE int32_t exp_bit(int32_t result, int32_t taken, int32_t factor) {
  const int32_t position = p < k ? 31 - k + p : 31;
  return p < k && (taken >> position & 1) != 0 ? multiply_high(result, factor) : result;
}

/// exp(a) in Q0 for a <= 0 in Qk: a's quarters are taken out bit by bit, each a constant factor.
template <int32_t k>
SMELT_PART int32_t exp_on_negative(int32_t a) {
  if (a == 0) return fixed_one;
  // More than 2^5 has bits that no factor stands for.
  if (k > 5 && a < -(int64_t{1} << (36 - k))) return 0;
  const int32_t quarter = int32_t{1} << (29 - k);
  const int32_t rest = (a & (quarter - 1)) - quarter;
  const int32_t taken = rest - a;
  int32_t result = exp_on_negative_quarter(shift_left(rest, k));
  result = exp_bit<k, -2>(result, taken, 1672461947);
  result = exp_bit<k, -1>(result, taken, 1302514674);
  result = exp_bit<k, 0>(result, taken, 790015084);
  result = exp_bit<k, 1>(result, taken, 290630308);
  result = exp_bit<k, 2>(result, taken, 39332535);
  result = exp_bit<k, 3>(result, taken, 720401);
  return exp_bit<k, 4>(result, taken, 242);
}

/// 2 / (1 + x) in Q2 for 0 <= x < 1 in Q0: three steps of Newton's method on half the divisor.
SMELT_INLINE int32_t twice_reciprocal_of_one_plus(int32_t x) {
  const int32_t half = static_cast<int32_t>((static_cast<uint32_t>(x) + 0x80000000U) >> 1);
  int32_t guess = 1515870810 + multiply_high(half, -1010580540);  // 48/17 - 32/17 * half
  for (int32_t step = 0; step < 3; ++step) {
    const int32_t error = (int32_t{1} << 29) - multiply_high(half, guess);
    guess += shift_left_saturating(multiply_high(guess, error), 2);
  }
  return guess;
}

/// 1 / (1 + x) in Q0, for 0 <= x < 1 in Q0.
SMELT_INLINE int32_t one_over_one_plus(int32_t x) {
  return shift_left_saturating(twice_reciprocal_of_one_plus(x), 1);
}

/// (1 - x) / (1 + x) in Q0, for 0 <= x < 1 in Q0.
SMELT_INLINE int32_t one_minus_over_one_plus(int32_t x) {
  return shift_left_saturating(twice_reciprocal_of_one_plus(x) - (int32_t{1} << 29), 2);
}

/// 1 / value = fraction * 2^-exponent, fraction in Q0.
struct fixed_reciprocal {
  int32_t fraction;
  int32_t exponent;
};

/// The reciprocal of x > 0, which has `integer_bits` integer bits.
SMELT_PART fixed_reciprocal reciprocal(int32_t x, int32_t integer_bits) {
  const int32_t zeros = leading_zeros(static_cast<uint32_t>(x));
  const uint32_t normalized = static_cast<uint32_t>(x) << zeros;
  return {one_over_one_plus(static_cast<int32_t>(normalized - 0x80000000U)), integer_bits - zeros};
}

/// 1 / (1 + exp(-a)) in Q0, for a in Qk.
template <int32_t k>
SMELT_INLINE int32_t fixed_logistic(int32_t a) {
  if (a == 0) return int32_t{1} << 30;
  const int32_t of_magnitude = one_over_one_plus(exp_on_negative<k>(a > 0 ? -a : a));
  return a > 0 ? of_magnitude : fixed_one - of_magnitude;
}

/// tanh(a) in Q0, for a in Qk. The same bits read as Q(k + 1) are 2a.
template <int32_t k>
SMELT_INLINE int32_t fixed_tanh(int32_t a) {
  if (a == 0) return 0;
  const int32_t of_magnitude = one_minus_over_one_plus(exp_on_negative<k + 1>(a > 0 ? -a : a));
  return a > 0 ? of_magnitude : -of_magnitude;
}

}  // namespace smelt

#endif
