// SPDX-License-Identifier: Apache-2.0
//
// Sums of products and their rounding on x86-64 with AVX2, for evaluation and tests on the host:
// VPMADDWD adds up the products of 16 pairs of 16 bits, two by two.
#ifndef SMELT_ARCH_X86_H
#define SMELT_ARCH_X86_H

#include "smelt/runtime.h"

#if defined(__AVX2__)
#define SMELT_AVX2 1
#include <immintrin.h>

/// Before a loop whose sums GCC moves around unless two turns are one.
#if !defined(__clang__)
#define SMELT_TWICE _Pragma("GCC unroll 2")
#else
#define SMELT_TWICE
#endif

namespace smelt {
namespace x86 {

/// 16 bytes, widened.
SMELT_INLINE __m256i widened(const int8_t *from) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i *>(from)));
}

/// Eight bytes, widened.
SMELT_INLINE __m128i widened_8(const int8_t *from) {
  return _mm_cvtepi8_epi16(_mm_loadl_epi64(reinterpret_cast<const __m128i *>(from)));
}

/// Widens `count` inputs; where the next go to. What is more than whole vectors is done by a vector
/// that reaches back over what has been done.
SMELT_INLINE int16_t *widen(const int8_t *from, int32_t count, int16_t *to) {
  if (count >= 16) {
    for (int32_t i = 0; i < count - 16; i += 16)
      _mm256_storeu_si256(reinterpret_cast<__m256i *>(to + i), widened(from + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to + count - 16), widened(from + count - 16));
  } else if (count >= 8) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to), widened_8(from));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to + count - 8), widened_8(from + count - 8));
  } else {
    for (int32_t i = 0; i < count; ++i) to[i] = from[i];
  }
  return to + count;
}

/// Four numbers, twice.
SMELT_INLINE __m256i twice(const int32_t *from) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i *>(from)));
}

/// Sums of four rows of weights, `pitch` apart, for two pixels, whose inputs are `count` apart: a
/// multiple of 16. Lanes are [pixel][row].
SMELT_INLINE __m256i sums_4x2(const int16_t *input, const int8_t *w0, int32_t pitch, int32_t count,
                              const int32_t *bias) {
  const int8_t *w1 = w0 + pitch, *w2 = w1 + pitch, *w3 = w2 + pitch;
  __m256i a0 = _mm256_setzero_si256(), a1 = a0, a2 = a0, a3 = a0;
  __m256i b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  SMELT_TWICE
  for (int32_t i = 0; i < count; i += 16) {
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(input + i));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(input + count + i));
    __m256i w = widened(w0 + i);
    a0 = _mm256_add_epi32(a0, _mm256_madd_epi16(w, a));
    b0 = _mm256_add_epi32(b0, _mm256_madd_epi16(w, b));
    w = widened(w1 + i);
    a1 = _mm256_add_epi32(a1, _mm256_madd_epi16(w, a));
    b1 = _mm256_add_epi32(b1, _mm256_madd_epi16(w, b));
    w = widened(w2 + i);
    a2 = _mm256_add_epi32(a2, _mm256_madd_epi16(w, a));
    b2 = _mm256_add_epi32(b2, _mm256_madd_epi16(w, b));
    w = widened(w3 + i);
    a3 = _mm256_add_epi32(a3, _mm256_madd_epi16(w, a));
    b3 = _mm256_add_epi32(b3, _mm256_madd_epi16(w, b));
  }
  const __m256i a = _mm256_hadd_epi32(_mm256_hadd_epi32(a0, a1), _mm256_hadd_epi32(a2, a3));
  const __m256i b = _mm256_hadd_epi32(_mm256_hadd_epi32(b0, b1), _mm256_hadd_epi32(b2, b3));
  const __m256i low = _mm256_permute2x128_si256(a, b, 0x20);
  const __m256i high = _mm256_permute2x128_si256(a, b, 0x31);
  return _mm256_add_epi32(_mm256_add_epi32(low, high), twice(bias));
}

/// multiply_high of eight lanes: the low words of the even products, and those of the odd ones
/// moved to the upper halves of theirs.
SMELT_INLINE __m256i multiply_high(__m256i a, __m256i b) {
  const __m256i half = _mm256_set1_epi64x(int64_t{1} << 30);
  const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(a, b), half);
  const __m256i odd =
      _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(a, 32), _mm256_srli_epi64(b, 32)), half);
  return _mm256_blend_epi32(_mm256_srli_epi64(even, 31), _mm256_slli_epi64(odd, 1), 0xaa);
}

/// requantize of eight sums, given that all shifts are negative.
SMELT_INLINE __m256i requantize(__m256i sums, __m256i multipliers, __m256i shifts) {
  const __m256i one = _mm256_set1_epi32(1);
  const __m256i t = _mm256_add_epi32(multiply_high(sums, multipliers), _mm256_srai_epi32(sums, 31));
  const __m256i right = _mm256_sub_epi32(_mm256_set1_epi32(-1), shifts);
  return _mm256_srai_epi32(_mm256_add_epi32(_mm256_srav_epi32(t, right), one), 1);
}

/// Four bytes, as numbers, twice.
SMELT_INLINE __m256i twice(const int8_t *from) {
  int32_t word;
  memcpy(&word, from, sizeof word);
  return _mm256_broadcastsi128_si256(_mm_cvtepi8_epi32(_mm_cvtsi32_si128(word)));
}

SMELT_INLINE void store_word(int32_t word, int8_t *to) {
  memcpy(to, &word, sizeof word);
}

/// Outputs of 8 bits of two pixels, `distance` apart, from the lanes of sums_4x2.
SMELT_INLINE void store_4x2(__m256i sums, const int32_t *multipliers, const int8_t *shifts,
                            int32_t zero_point, int32_t min, int32_t max, int8_t *output,
                            int32_t distance) {
  const __m256i scaled = requantize(sums, twice(multipliers), twice(shifts));
  const __m256i shifted = _mm256_add_epi32(scaled, _mm256_set1_epi32(zero_point));
  const __m256i result =
      _mm256_min_epi32(_mm256_max_epi32(shifted, _mm256_set1_epi32(min)), _mm256_set1_epi32(max));
  const __m256i bytes = _mm256_shuffle_epi8(result, _mm256_set1_epi32(0x0c080400));
  store_word(_mm_cvtsi128_si32(_mm256_castsi256_si128(bytes)), output);
  store_word(_mm256_extract_epi32(bytes, 4), output + distance);
}

}  // namespace x86
}  // namespace smelt

#else
#define SMELT_AVX2 0
#endif

#endif
