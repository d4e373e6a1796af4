// SPDX-License-Identifier: Apache-2.0
//
// Exact integer arithmetic of quantized networks: the double-rounding requantization that the
// TFLite Micro reference kernels use.
#ifndef SMELT_FIXED_POINT_H
#define SMELT_FIXED_POINT_H

#include "smelt/runtime.h"

namespace smelt {

/// floor((a * b + 2^30) / 2^31): the high half of the doubled product, ties toward +infinity.
/// Not for a = b = -2^31, the one product that would need saturation.
SMELT_INLINE int32_t multiply_high(int32_t a, int32_t b) {
  return static_cast<int32_t>((static_cast<int64_t>(a) * b + (int64_t{1} << 30)) >> 31);
}

/// x / 2^n, half away from zero, 0 <= n <= 31.
SMELT_INLINE int32_t divide_by_power(int32_t x, int32_t n) {
  const int32_t mask = static_cast<int32_t>((uint32_t{1} << n) - 1);
  const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> n) + ((x & mask) > threshold ? 1 : 0);
}

/// x * 2^n modulo 2^32; the caller knows that it fits.
SMELT_INLINE int32_t shift_left(int32_t x, int32_t n) {
  return static_cast<int32_t>(static_cast<uint32_t>(x) << n);
}

/// x * multiplier * 2^(shift - 31), rounded twice: once at bit 31, once at the right shift n, which
/// is divide_by_power of multiply_high. multiplier >= 0; |x| * 2^max(shift, 0) < 2^31.
///
/// Half away from zero is floor((t + 2^(n-1) - (t < 0)) / 2^n) for n > 0, and shifting by n - 1
/// first and then by 1 keeps the sum in 32 bits. The sign of x may stand for that of t: they differ
/// only if x < 0 and t = 0, and then the result is 0 either way.
SMELT_INLINE int32_t requantize(int32_t x, int32_t multiplier, int32_t shift) {
  if (SMELT_UNLIKELY(shift >= 0)) return multiply_high(shift_left(x, shift), multiplier);
  const int32_t t = multiply_high(x, multiplier) + (x >> 31);
  return ((t >> (-shift - 1)) + 1) >> 1;
}

}  // namespace smelt

#endif
