// SPDX-License-Identifier: Apache-2.0
//
// Operators on two or three broadcast operands as ONNX describes them: numbers without scales,
// comparisons, logic. What ONNX leaves open is said in oracle.h.
#include <cmath>

#include "tensor.h"

namespace oracle {
namespace {

/// Integers that are computed without overflow, and cut to their type at the end.
using Wide = __int128;

/// real(x, y) of floats, whole(x, y) of integers.
template <typename Real, typename Whole>
Tensor of_numbers(const Tensor& a, const Tensor& b, const Tensor& like, Real real, Whole whole) {
  Tensor output = blank(like);
  for_every_pair(a, b, output, [&](Index ia, Index ib, Index io) {
    if (is_float(a)) {
      at(output.f, io) = static_cast<float>(real(double{at(a.f, ia)}, double{at(b.f, ib)}));
    } else {
      const Wide result = whole(Wide{at(a.q, ia)}, Wide{at(b.q, ib)});
      at(output.q, io) = wrapped(static_cast<Index>(result), like.type);
    }
  });
  return output;
}

/// Truth values, from holds(x, y).
template <typename Holds>
Tensor truths(const Tensor& a, const Tensor& b, const Tensor& like, Holds holds) {
  Tensor output = blank(like);
  for_every_pair(a, b, output, [&](Index ia, Index ib, Index io) {
    const bool truth =
        is_float(a) ? holds(at(a.f, ia), at(b.f, ib)) : holds(at(a.q, ia), at(b.q, ib));
    at(output.q, io) = truth ? 1 : 0;
  });
  return output;
}

double real_mod(double x, double y, bool floored) {
  const double rest = std::fmod(x, y);
  const bool wrong = floored && rest != 0 && std::signbit(rest) != std::signbit(y);
  return wrong ? rest + y : rest;
}

Wide whole_mod(Wide x, Wide y, bool floored) {
  if (y == 0) return 0;
  const Wide rest = x % y;
  return floored && rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

/// By multiplying, as often as the exponent says; powers of 2^64 and more are their low bits.
Wide whole_power(Wide x, Wide exponent) {
  if (exponent < 0) {
    if (x == 1) return 1;
    if (x == -1) return exponent % 2 == 0 ? 1 : -1;
    return 0;
  }
  // x^(2^k) for every bit k of the exponent that is set.
  std::uint64_t result = 1, square = static_cast<std::uint64_t>(x);
  for (int bit = 0; bit < 63; ++bit) {
    if ((exponent >> bit) % 2 == 1) result *= square;
    square *= square;
  }
  return static_cast<Wide>(result);
}

}  // namespace

Tensor div(const Tensor& a, const Tensor& b, const ElementwiseOptions& options,
           const Tensor& like) {
  Tensor output = of_numbers(
      a, b, like, [](double x, double y) { return x / y; },
      [](Wide x, Wide y) { return y == 0 ? 0 : x / y; });
  for (float& each : output.f) each = activate(each, options.activation);
  return output;
}

Tensor mod(const Tensor& a, const Tensor& b, const ModOptions& options, const Tensor& like) {
  return of_numbers(
      a, b, like, [&](double x, double y) { return real_mod(x, y, options.floored); },
      [&](Wide x, Wide y) { return whole_mod(x, y, options.floored); });
}

Tensor pow(const Tensor& a, const Tensor& b, const Tensor& like) {
  return of_numbers(a, b, like, [](double x, double y) { return std::pow(x, y); }, whole_power);
}

Tensor equal(const Tensor& a, const Tensor& b, const Tensor& like) {
  return truths(a, b, like, [](auto x, auto y) { return x == y; });
}

Tensor less(const Tensor& a, const Tensor& b, const Tensor& like) {
  return truths(a, b, like, [](auto x, auto y) { return x < y; });
}

Tensor less_equal(const Tensor& a, const Tensor& b, const Tensor& like) {
  return truths(a, b, like, [](auto x, auto y) { return x <= y; });
}

Tensor logical_and(const Tensor& a, const Tensor& b, const Tensor& like) {
  return truths(a, b, like, [](auto x, auto y) { return x != 0 && y != 0; });
}

Tensor logical_or(const Tensor& a, const Tensor& b, const Tensor& like) {
  return truths(a, b, like, [](auto x, auto y) { return x != 0 || y != 0; });
}

Tensor logical_xor(const Tensor& a, const Tensor& b, const Tensor& like) {
  return truths(a, b, like, [](auto x, auto y) { return (x != 0) != (y != 0); });
}

Tensor logical_not(const Tensor& input, const Tensor& like) {
  return truths(input, input, like, [](auto x, auto) { return x == 0; });
}

Tensor bit_shift(const Tensor& a, const Tensor& b, const BitShiftOptions& options,
                 const Tensor& like) {
  Tensor output = blank(like);
  for_every_pair(a, b, output, [&](Index ia, Index ib, Index io) {
    Index bits = at(a.q, ia);
    for (Index i = 0; i < at(b.q, ib); ++i) bits = options.right ? bits / 2 : bits * 2 % 256;
    at(output.q, io) = bits;
  });
  return output;
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b, const Tensor& like) {
  Tensor output = blank(like);
  for (Index i = 0; i < count(output.shape); ++i) {
    const std::vector<Index> place = coordinates_of(i, output.shape);
    const bool first = at(condition.q, broadcast_offset(place, condition.shape)) != 0;
    const Tensor& chosen = first ? a : b;
    copy_element(chosen, broadcast_offset(place, chosen.shape), output, i);
  }
  return output;
}

}  // namespace oracle
