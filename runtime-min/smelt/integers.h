// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic of integers without scales, modulo 2^n of their type: nothing overflows, and nothing
// traps.
#ifndef SMELT_INTEGERS_H
#define SMELT_INTEGERS_H

#include "smelt/runtime.h"

namespace smelt {

/// The unsigned integer that numbers of so many bytes are computed in.
template <size_t bytes>
struct unsigned_word {
  using type = uint32_t;
};
template <>
struct unsigned_word<8> {
  using type = uint64_t;
};

template <typename T>
using word_of = typename unsigned_word<sizeof(T)>::type;

template <typename T>
SMELT_INLINE T wrapped_sum(T x, T y) {
  return static_cast<T>(static_cast<word_of<T>>(x) + static_cast<word_of<T>>(y));
}

template <typename T>
SMELT_INLINE T wrapped_difference(T x, T y) {
  return static_cast<T>(static_cast<word_of<T>>(x) - static_cast<word_of<T>>(y));
}

template <typename T>
SMELT_INLINE T wrapped_product(T x, T y) {
  return static_cast<T>(static_cast<word_of<T>>(x) * static_cast<word_of<T>>(y));
}

template <typename T>
SMELT_INLINE T wrapped_negative(T x) {
  return wrapped_difference(static_cast<T>(0), x);
}

/// Towards zero. By 0: 0. The least number by -1: itself.
template <typename T>
SMELT_INLINE T quotient(T x, T y) {
  if (y == 0) return 0;
  if (y < 0 && wrapped_negative(y) == 1) return wrapped_negative(x);
  return static_cast<T>(x / y);
}

/// What the quotient leaves, with the sign of x. By 0: 0.
template <typename T>
SMELT_INLINE T remainder_of(T x, T y) {
  return y == 0 ? static_cast<T>(0) : wrapped_difference(x, wrapped_product(quotient(x, y), y));
}

/// The real power without its fraction, modulo 2^n: of negative exponents, only 1 and -1 leave more
/// than 0.
template <typename T>
SMELT_INLINE T power(T x, T exponent) {
  if (exponent < 0) {
    const bool one = x == 1 || wrapped_negative(x) == 1;
    return one ? ((exponent & 1) != 0 ? x : static_cast<T>(1)) : static_cast<T>(0);
  }
  T result = 1;
  for (; exponent != 0; exponent = static_cast<T>(exponent / 2)) {
    if ((exponent & 1) != 0) result = wrapped_product(result, x);
    x = wrapped_product(x, x);
  }
  return result;
}

}  // namespace smelt

#endif
