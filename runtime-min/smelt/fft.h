// SPDX-License-Identifier: Apache-2.0
//
// The discrete Fourier transform of N real numbers, in fixed point, N a power of two from 8:
//
//   X[k] = sum x[n] e^(-2 pi i k n / N),  0 <= k <= N/2
//
// The result is 2 X, exactly as follows; round(v) is floor(v / 2^30 + 1/2) of both parts, w_n is
// e^(-2 pi i / n) with parts rounded to multiples of 2^-30, and products are taken with those.
// Pairs of inputs are N/2 complex numbers z[n] = x[2n] + i x[2n+1], whose transform Z comes from
// those of even and odd halves, down to single numbers: Z[k] = E[k] + round(w_n^k O[k]),
// Z[k + n/2] = E[k] - round(w_n^k O[k]). Then, for k = 1 .. N/4, with M = N/2,
//
//   A = Z[k] + conj(Z[M-k]),  B = round(w_N^k (Z[k] - conj(Z[M-k])) / i)
//   2 X[k] = A + B,  2 X[M-k] = conj(A - B)
//   2 X[0] = 2 (re Z[0] + im Z[0]),  2 X[M] = 2 (re Z[0] - im Z[0])
//
// (J. W. Cooley and J. W. Tukey, Mathematics of Computation 19, 1965, radix 2, in place.) Nothing
// is scaled in between: no number exceeds twice the sum of |x[n]|, which the caller keeps below
// 2^30, less 1 for every rounding on its way.
#ifndef SMELT_FFT_H
#define SMELT_FFT_H

#include "smelt/runtime.h"

namespace smelt {

struct fft_s32_layer {
  int32_t log2_size;       ///< of N
  const int32_t *cosines;  ///< cos(2 pi i / N) in Q30, i = 0 .. N/4
};

struct complex_s32 {
  int32_t re, im;
};

/// z w, w in Q30.
SMELT_INLINE complex_s32 multiply_q30(complex_s32 z, complex_s32 w) {
  const int64_t half = int64_t{1} << 29;
  const int64_t re = int64_t{z.re} * w.re - int64_t{z.im} * w.im;
  const int64_t im = int64_t{z.re} * w.im + int64_t{z.im} * w.re;
  return {static_cast<int32_t>((re + half) >> 30), static_cast<int32_t>((im + half) >> 30)};
}

/// w_N^k, 0 <= k <= N/2, from a quarter of the circle.
SMELT_INLINE complex_s32 root_of_unity(const int32_t *cosines, int32_t quarter, int32_t k) {
  const bool left = k > quarter;
  const int32_t cosine = load(cosines + (left ? 2 * quarter - k : k));
  const int32_t sine = load(cosines + (left ? k - quarter : quarter - k));
  return {left ? -cosine : cosine, -sine};
}

/// Exchanges every z[k] with that of k's bits in reverse order.
SMELT_INLINE void reverse_bits(complex_s32 *z, int32_t count) {
  int32_t reversed = 0;
  for (int32_t k = 1; k < count; ++k) {
    int32_t bit = count >> 1;
    for (; (reversed & bit) != 0; bit >>= 1) reversed ^= bit;
    reversed |= bit;
    if (k >= reversed) continue;
    const complex_s32 other = z[k];
    z[k] = z[reversed];
    z[reversed] = other;
  }
}

/// The transform Z of `count` complex numbers, in place.
SMELT_INLINE void complex_fft(const int32_t *cosines, complex_s32 *z, int32_t count) {
  reverse_bits(z, count);
  int32_t step = count;  // w_n = w_N^step
  for (int32_t half = 1; half < count; half *= 2, step /= 2)
    for (int32_t j = 0; j < half; ++j) {
      const complex_s32 root = root_of_unity(cosines, count / 2, j * step);
      for (int32_t even = j; even < count; even += 2 * half) {
        const int32_t odd = even + half;
        const complex_s32 a = z[even], b = multiply_q30(z[odd], root);
        z[even] = {a.re + b.re, a.im + b.im};
        z[odd] = {a.re - b.re, a.im - b.im};
      }
    }
}

/// From Z to 2 X, in place.
SMELT_INLINE void split_halves(const int32_t *cosines, complex_s32 *z, int32_t count) {
  z[0] = {2 * (z[0].re + z[0].im), 2 * (z[0].re - z[0].im)};
  for (int32_t k = 1; k <= count / 2; ++k) {
    const complex_s32 p = z[k], q = z[count - k];
    const complex_s32 a = {p.re + q.re, p.im - q.im};
    const complex_s32 b =
        multiply_q30({p.im + q.im, q.re - p.re}, root_of_unity(cosines, count / 2, k));
    z[count - k] = {a.re - b.re, b.im - a.im};
    z[k] = {a.re + b.re, a.im + b.im};
  }
}

/// output: 2 X[0], 2 X[N/2], then real and imaginary part of 2 X[k], k = 1 .. N/2 - 1. It may be
/// the input.
static inline SMELT_KERNEL void fft_s32(const fft_s32_layer &constants, const int32_t *input,
                                        int32_t *output) {
  const fft_s32_layer layer = load(&constants);
  const int32_t size = int32_t{1} << layer.log2_size;
  if (input != output)
    for (int32_t i = 0; i < size; ++i) output[i] = input[i];
  complex_s32 *z = reinterpret_cast<complex_s32 *>(output);
  complex_fft(layer.cosines, z, size / 2);
  split_halves(layer.cosines, z, size / 2);
}

}  // namespace smelt

#endif
