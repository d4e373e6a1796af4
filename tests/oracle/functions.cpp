// SPDX-License-Identifier: Apache-2.0
//
// Functions of one real number. Floats are computed in double; 8-bit numbers as the arithmetic
// notes fill a table (5.2), by the C library's functions of floats.
#include <cmath>
#include <type_traits>

#include "tensor.h"

namespace oracle {
namespace {

/// clamp(R(f(s_in * (q - z_in)) * (1 / s_out)) + z_out); what is no number is the lowest.
template <typename Function>
Index from_table(Index q, const Tensor& input, const Tensor& like, Function function) {
  const Range range = range_of(like.type);
  const float x = scale_of(input) * static_cast<float>(q - zero_point_of(input));
  const float steps = std::round(static_cast<float>(function(x)) * (1.0F / scale_of(like)));
  if (std::isnan(steps)) return range.lowest;
  const double result = double{steps} + static_cast<double>(zero_point_of(like));
  if (result <= static_cast<double>(range.lowest)) return range.lowest;
  if (result >= static_cast<double>(range.highest)) return range.highest;
  return static_cast<Index>(result);
}

/// `function` takes either kind of float.
template <typename Function>
Tensor of_real(const Tensor& input, const Tensor& like, Function function) {
  Tensor output = blank(like);
  for (Index i = 0; i < count(input.shape); ++i) {
    if (is_float(input)) {
      at(output.f, i) = static_cast<float>(function(double{at(input.f, i)}));
    } else {
      at(output.q, i) = from_table(at(input.q, i), input, like, function);
    }
  }
  return output;
}

/// whole(x) of numbers as they are, where there is no scale; modulo 2^n.
template <typename Real, typename Whole>
Tensor of_number(const Tensor& input, const Tensor& like, Real real, Whole whole) {
  if (is_float(input) || !input.scales.empty()) return of_real(input, like, real);
  Tensor output = blank(like);
  for (Index i = 0; i < count(input.shape); ++i)
    at(output.q, i) = wrapped(whole(at(input.q, i)), like.type);
  return output;
}

Index negative(Index x) {
  return static_cast<Index>(std::uint64_t{0} - static_cast<std::uint64_t>(x));
}

}  // namespace

Tensor abs(const Tensor& input, const Tensor& like) {
  return of_number(
      input, like, [](auto x) { return std::abs(x); },
      [](Index x) { return x < 0 ? negative(x) : x; });
}

Tensor neg(const Tensor& input, const Tensor& like) {
  return of_number(input, like, [](auto x) { return -x; }, negative);
}

Tensor sign(const Tensor& input, const Tensor& like) {
  return of_number(
      input, like, [](auto x) { return x < 0   ? decltype(x){-1}
                                       : x > 0 ? decltype(x){1}
                                               : x; },
      [](Index x) { return Index{x > 0} - Index{x < 0}; });
}

Tensor acos(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::acos(x); });
}

Tensor acosh(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::acosh(x); });
}

Tensor asin(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::asin(x); });
}

Tensor asinh(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::asinh(x); });
}

Tensor atan(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::atan(x); });
}

Tensor atanh(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::atanh(x); });
}

Tensor ceil(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::ceil(x); });
}

Tensor cos(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::cos(x); });
}

Tensor cosh(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::cosh(x); });
}

Tensor exp(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::exp(x); });
}

Tensor floor(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::floor(x); });
}

Tensor log(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::log(x); });
}

Tensor sin(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::sin(x); });
}

Tensor sinh(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::sinh(x); });
}

Tensor sqrt(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::sqrt(x); });
}

Tensor tan(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::tan(x); });
}

Tensor erf(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::erf(x); });
}

Tensor gelu(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); });
}

Tensor reciprocal(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return 1 / x; });
}

/// Half to even: the mode of rounding that programs start in.
Tensor round(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return std::nearbyint(x); });
}

Tensor rsqrt(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return 1 / std::sqrt(x); });
}

Tensor softplus(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) {
    return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
  });
}

Tensor softsign(const Tensor& input, const Tensor& like) {
  return of_real(input, like, [](auto x) { return x / (1 + std::abs(x)); });
}

Tensor elu(const Tensor& input, const EluOptions& options, const Tensor& like) {
  return of_real(input, like, [&](auto x) -> decltype(x) {
    if (x >= 0) return options.slope * x;
    if constexpr (std::is_same_v<decltype(x), double>) {
      return options.alpha * std::expm1(options.rate * x);
    } else {
      return options.alpha * (std::exp(options.rate * x) - 1);  // as tables are filled
    }
  });
}

}  // namespace oracle
