// SPDX-License-Identifier: Apache-2.0
//
// The primitives of integer arithmetic against their definitions in the arithmetic notes, 5.1,
// written with plain division in 128 bits.
#include "smelt/fixed_point.h"

#include <bit>
#include <catch2/catch.hpp>
#include <vector>

#include "compiler/ops/quantization.h"
#include "tests/support/trial.h"

using namespace smelt;
using smelt::test::Random;

namespace {

__extension__ using Wide = __int128;

Wide power(std::int32_t n) {
  return Wide{1} << n;
}

Wide floor_divide(Wide a, Wide b) {
  const Wide quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

/// floor((a * b + 2^30) / 2^31).
std::int64_t high_product(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(floor_divide(Wide{a} * b + power(30), power(31)));
}

/// x / 2^n, half away from zero.
std::int64_t rounded_quotient(std::int64_t x, std::int32_t n) {
  const Wide twice = floor_divide(2 * Wide{x < 0 ? -x : x} + power(n), 2 * power(n));
  return static_cast<std::int64_t>(x < 0 ? -twice : twice);
}

/// Extremes, powers of two and their neighbours, and random numbers of every size.
std::vector<std::int32_t> interesting(Random& random, int count) {
  std::vector<std::int32_t> values{0, INT32_MIN, INT32_MAX};
  for (int bit = 0; bit < 31; ++bit)
    for (const std::int32_t offset : {-1, 0, 1})
      for (const std::int32_t sign : {-1, 1}) values.push_back(sign * ((1 << bit) + offset));
  for (int i = 0; i < count; ++i)
    values.push_back(random.integer(INT32_MIN, INT32_MAX) >> random.integer(0, 30));
  return values;
}

/// x such that the rounded product with `multiplier` lies next to a tie of the right shift.
std::int32_t near_tie(Random& random, std::int32_t multiplier, std::int32_t right) {
  const std::int32_t bits = right < 31 ? 30 - right : 0;
  const Wide tie = power(right) * random.integer(0, (1 << bits) - 1) + power(right) / 2;
  const Wide x = tie * power(31) / multiplier + random.integer(-2, 2);
  const auto bounded = static_cast<std::int32_t>(x > INT32_MAX ? INT32_MAX : x);
  return random.coin() ? bounded : -bounded;
}

/// The first set of digits of a positive double, by its bits: rounded half up to 31 of them.
Multiplier multiplier_by_bits(double real) {
  const auto bits = std::bit_cast<std::uint64_t>(real);
  const std::uint64_t mantissa = (bits & ((std::uint64_t{1} << 52) - 1)) | std::uint64_t{1} << 52;
  const auto exponent = static_cast<std::int32_t>(bits >> 52) - 1022;
  const std::uint64_t rounded = (mantissa + (1 << 21)) >> 22;
  const bool carry = rounded == std::uint64_t{1} << 31;
  if (exponent + carry < -31) return {};
  return {static_cast<std::int32_t>(carry ? rounded / 2 : rounded), exponent + carry};
}

bool equal(const Multiplier& a, const Multiplier& b) {
  return a.multiplier == b.multiplier && a.shift == b.shift;
}

}  // namespace

// Millions of comparisons: a CHECK each would take most of the time.

TEST_CASE("multiply_high is the floor of the rounded product", "[fixed_point]") {
  Random random(51);
  const std::vector<std::int32_t> values = interesting(random, 600);
  for (const std::int32_t a : values)
    for (const std::int32_t b : values)
      if (a != INT32_MIN || b != INT32_MIN)
        if (multiply_high(a, b) != high_product(a, b)) FAIL(a << " times " << b);
}

TEST_CASE("divide_by_power rounds half away from zero", "[fixed_point]") {
  Random random(52);
  for (const std::int32_t x : interesting(random, 10'000))
    for (std::int32_t n = 0; n <= 31; ++n)
      if (divide_by_power(x, n) != rounded_quotient(x, n)) FAIL(x << " by 2^" << n);
}

TEST_CASE("requantize rounds twice", "[fixed_point]") {
  Random random(53);
  const std::vector<std::int32_t> values = interesting(random, 2000);
  const std::vector<std::int32_t> multipliers = {0, 1 << 30, (1 << 30) + 1, INT32_MAX,
                                                 1'540'000'000};
  const auto check = [](std::int32_t x, std::int32_t multiplier, std::int32_t shift) {
    const std::int64_t left = std::int64_t{x} * (std::int64_t{1} << (shift > 0 ? shift : 0));
    if (left < INT32_MIN || left > INT32_MAX) return;
    const std::int64_t expected =
        rounded_quotient(high_product(left, multiplier), shift < 0 ? -shift : 0);
    if (requantize(x, multiplier, shift) != expected)
      FAIL(x << " times " << multiplier << ", shift " << shift);
  };
  for (std::int32_t shift = -31; shift <= 30; ++shift)
    for (std::size_t m = 0; m < multipliers.size() + 5; ++m) {
      const std::int32_t multiplier =
          m < multipliers.size() ? multipliers[m] : random.integer(1 << 30, INT32_MAX);
      for (const std::int32_t x : values) check(x, multiplier, shift);
      for (int i = 0; i < 500 && shift < 0 && multiplier > 0; ++i)
        check(near_tie(random, multiplier, -shift), multiplier, shift);
    }
}

TEST_CASE("quantize_multiplier keeps 31 digits", "[fixed_point]") {
  CHECK(equal(quantize_multiplier(0), {0, 0}));
  CHECK(equal(quantize_multiplier(1), {1 << 30, 1}));
  CHECK(equal(quantize_multiplier(0.75), {3 << 29, 0}));
  // Rounding up to a power of two carries into the exponent.
  CHECK(equal(quantize_multiplier(1 - 0x1p-53), {1 << 30, 1}));
  CHECK(equal(quantize_multiplier(1 - 0x1p-32), {1 << 30, 1}));
  CHECK(equal(quantize_multiplier(1 - 0x1.8p-32), {INT32_MAX, 0}));
  // The smallest that is not 0.
  CHECK(equal(quantize_multiplier(0x1p-32), {1 << 30, -31}));
  CHECK(equal(quantize_multiplier(0x1p-33 * (2 - 0x1p-20)), {0, 0}));
  CHECK(equal(quantize_multiplier(0x1p-33 * (2 - 0x1p-50)), {1 << 30, -31}));

  Random random(54);
  for (int i = 0; i < 200'000; ++i) {
    const auto low = static_cast<std::uint32_t>(random.integer(INT32_MIN, INT32_MAX));
    const auto high = static_cast<std::uint64_t>(random.integer(0, (1 << 20) - 1));
    const auto exponent = static_cast<std::uint64_t>(1022 + random.integer(-33, 30));
    // A half more or less in the last digit that is kept is frequent.
    const std::uint64_t tail = random.coin() ? low : (low & 0xFFC00000U) | 0x200000U;
    const auto real = std::bit_cast<double>(exponent << 52 | high << 32 | tail);
    if (!equal(quantize_multiplier(real), multiplier_by_bits(real))) FAIL(real);
  }
}
