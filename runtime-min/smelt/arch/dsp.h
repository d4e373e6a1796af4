// SPDX-License-Identifier: Apache-2.0
//
// Blocks of sums by the DSP extension of Arm (Cortex-M4, M7, M33): SMLAD adds two products of 16
// bits to a sum. Bytes come four in a word w, and SXTB16 widens two of them: those at 0 and 2 of w,
// those at 1 and 3 of w rotated by 8. So 16-bit operands are in the order 0, 2, 1, 3 as well.
//
// Weights of two channels a and b that meet the same input come as one number of 16 bits,
// 256 * b + a: SMLAD adds up 256 times the sum of b plus that of a, and SXTB16 finds a in the low
// byte. So four taps of both take two words, two SXTB16 and four SMLAD. Modulo 2^32 the sum of b is
// exact as long as it stays within 24 bits; lowering sees to that, or takes weights byte by byte.
//
// Assembly where compilers do not find the instruction (they rotate first, and widen then) or keep
// no block in registers. Everything else, like the host, computes the same in C++.
#ifndef SMELT_ARCH_DSP_H
#define SMELT_ARCH_DSP_H

#include "smelt/fixed_point.h"
#include "smelt/runtime.h"

/// Blocks take nearly all registers; without optimization, there are not that many.
#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && defined(__OPTIMIZE__)
#define SMELT_DSP 1
#else
#define SMELT_DSP 0
#endif

namespace smelt {
namespace dsp {

/// Where tap i of four is among widened ones.
SMELT_INLINE int32_t place(int32_t i) {
  return (i & 1) * 2 + (i >> 1);
}

/// Four inputs, which may lie anywhere.
SMELT_INLINE uint32_t word(const int8_t *from) {
  uint32_t value;
  memcpy(&value, from, sizeof value);
  return value;
}

/// Input i of a word.
SMELT_INLINE int32_t byte(uint32_t word, int32_t i) {
  return static_cast<int8_t>(word >> (8 * i) & 255);
}

/// The last inputs of `count` ones, less than four, from `from` on; zeros follow.
SMELT_INLINE uint32_t last_word(const int8_t *from, int32_t count) {
  const int32_t rest = count & 3;
  if (count > 4) return word(from + rest - 4) >> (8 * (4 - rest));
  uint32_t value = 0;
  for (int32_t i = 0; i < rest; ++i) value |= uint32_t{static_cast<uint8_t>(from[i])} << (8 * i);
  return value;
}

/// Widens four inputs of one pixel.
SMELT_INLINE void widen(uint32_t word, int16_t *&to) {
#if SMELT_DSP
  uint32_t even;
  __asm__ volatile(
      "sxtb16 %[even], %[word]\n\t"
      "sxtb16 %[word], %[word], ror #8\n\t"
      "strd %[even], %[word], [%[to]], #8"
      : [even] "=&r"(even), [word] "+&r"(word), [to] "+&r"(to)
      :
      : "memory");
#else
  for (int32_t i = 0; i < 4; ++i) to[place(i)] = static_cast<int16_t>(byte(word, i));
  to += 4;
#endif
}

/// Widens four inputs each of two pixels, next to each other.
SMELT_INLINE void widen_pair(uint32_t a, uint32_t b, int16_t *&to) {
#if SMELT_DSP
  __asm__ volatile(
      "sxtb16 r0, %[a]\n\t"
      "sxtb16 r1, %[a], ror #8\n\t"
      "sxtb16 r2, %[b]\n\t"
      "sxtb16 r3, %[b], ror #8\n\t"
      "stmia %[to]!, {r0, r1, r2, r3}"
      : [to] "+&r"(to)
      : [a] "r"(a), [b] "r"(b)
      : "r0", "r1", "r2", "r3", "memory");
#else
  widen(a, to);
  widen(b, to);
#endif
}

#if !SMELT_DSP
/// Four products of widened inputs with bytes of weights.
SMELT_INLINE void add_products(const int16_t *input, const int8_t *weights, int32_t &sum) {
  for (int32_t i = 0; i < 4; ++i) sum += int32_t{input[place(i)]} * weights[i];
}

/// Modulo 2^32.
SMELT_INLINE void add_product(int32_t x, int32_t y, int32_t &sum) {
  sum = static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(x * y));
}

/// Four products each of widened inputs with the weights of a pair of channels: two bytes a number,
/// the numbers in the order of the inputs.
SMELT_INLINE void add_paired(const int16_t *input, const int8_t *weights, int32_t &sum_a,
                             int32_t &sum_ab) {
  for (int32_t i = 0; i < 4; ++i) {
    const int32_t a = weights[2 * i], high = weights[2 * i + 1];
    add_product(input[i], a, sum_a);
    add_product(input[i], 256 * high + (a & 255), sum_ab);
  }
}
#endif

/// Four taps of a pair of channels, their weights as one number each, and one pixel (see widen).
/// Sums are [a, both].
SMELT_INLINE void add_pair_1(const int16_t *&input, const int8_t *&weights, int32_t (&sums)[2]) {
#if SMELT_DSP
  int32_t even, odd, w0, w1;
  __asm__ volatile(
      "ldrd %[even], %[odd], [%[input]], #8\n\t"
      "ldrd %[w0], %[w1], [%[weights]], #8\n\t"
      "smlad %[s1], %[w0], %[even], %[s1]\n\t"
      "sxtb16 %[w0], %[w0]\n\t"
      "smlad %[s0], %[w0], %[even], %[s0]\n\t"
      "smlad %[s1], %[w1], %[odd], %[s1]\n\t"
      "sxtb16 %[w1], %[w1]\n\t"
      "smlad %[s0], %[w1], %[odd], %[s0]"
      : [input] "+&r"(input), [weights] "+&r"(weights), [even] "=&r"(even), [odd] "=&r"(odd),
        [w0] "=&r"(w0), [w1] "=&r"(w1), [s0] "+&r"(sums[0]), [s1] "+&r"(sums[1])
      :
      : "memory");
#else
  add_paired(input, weights, sums[0], sums[1]);
  input += 4, weights += 8;
#endif
}

/// Four taps of two pairs of channels and inputs as they are. Sums are [pair][a, both].
SMELT_INLINE void add_pairs(uint32_t input, const int8_t *&weights, int32_t (&sums)[4]) {
#if SMELT_DSP
  uint32_t even;
  __asm__ volatile(
      "ldmia %[weights]!, {r0, r1, r2, r3}\n\t"
      "sxtb16 %[even], %[odd]\n\t"
      "sxtb16 %[odd], %[odd], ror #8\n\t"
      "smlad %[s1], r0, %[even], %[s1]\n\t"
      "sxtb16 r0, r0\n\t"
      "smlad %[s1], r1, %[odd], %[s1]\n\t"
      "sxtb16 r1, r1\n\t"
      "smlad %[s0], r0, %[even], %[s0]\n\t"
      "smlad %[s0], r1, %[odd], %[s0]\n\t"
      "smlad %[s3], r2, %[even], %[s3]\n\t"
      "sxtb16 r2, r2\n\t"
      "smlad %[s3], r3, %[odd], %[s3]\n\t"
      "sxtb16 r3, r3\n\t"
      "smlad %[s2], r2, %[even], %[s2]\n\t"
      "smlad %[s2], r3, %[odd], %[s2]"
      : [odd] "+&r"(input), [weights] "+&r"(weights), [even] "=&r"(even), [s0] "+&r"(sums[0]),
        [s1] "+&r"(sums[1]), [s2] "+&r"(sums[2]), [s3] "+&r"(sums[3])
      :
      : "r0", "r1", "r2", "r3", "memory");
#else
  int16_t wide[4], *to = wide;
  widen(input, to);
  add_paired(wide, weights, sums[0], sums[1]);
  add_paired(wide, weights + 8, sums[2], sums[3]);
  weights += 16;
#endif
}

/// The sum of b.
SMELT_INLINE int32_t second_of(int32_t sum_a, int32_t sum_ab) {
  return static_cast<int32_t>(static_cast<uint32_t>(sum_ab) - static_cast<uint32_t>(sum_a)) >> 8;
}

/// Four taps of a channel byte by byte, and two pixels.
SMELT_INLINE void add_2(const int16_t *&input, const int8_t *&weights, int32_t (&sums)[2]) {
#if SMELT_DSP
  int32_t even, odd;
  __asm__ volatile(
      "ldmia %[input]!, {r0, r1, r2, r3}\n\t"
      "ldr %[odd], [%[weights]], #4\n\t"
      "sxtb16 %[even], %[odd]\n\t"
      "smlad %[s0], %[even], r0, %[s0]\n\t"
      "smlad %[s1], %[even], r2, %[s1]\n\t"
      "sxtb16 %[odd], %[odd], ror #8\n\t"
      "smlad %[s0], %[odd], r1, %[s0]\n\t"
      "smlad %[s1], %[odd], r3, %[s1]"
      : [input] "+&r"(input), [weights] "+&r"(weights), [even] "=&r"(even), [odd] "=&r"(odd),
        [s0] "+&r"(sums[0]), [s1] "+&r"(sums[1])
      :
      : "r0", "r1", "r2", "r3", "memory");
#else
  add_products(input, weights, sums[0]);
  add_products(input + 4, weights, sums[1]);
  input += 8, weights += 4;
#endif
}

/// As add_2, for one pixel.
SMELT_INLINE void add_1(const int16_t *&input, const int8_t *&weights, int32_t &sum) {
#if SMELT_DSP
  int32_t even, odd, w0, w1;
  __asm__ volatile(
      "ldrd %[even], %[odd], [%[input]], #8\n\t"
      "ldr %[w1], [%[weights]], #4\n\t"
      "sxtb16 %[w0], %[w1]\n\t"
      "sxtb16 %[w1], %[w1], ror #8\n\t"
      "smlad %[s], %[w0], %[even], %[s]\n\t"
      "smlad %[s], %[w1], %[odd], %[s]"
      : [input] "+&r"(input), [weights] "+&r"(weights), [even] "=&r"(even), [odd] "=&r"(odd),
        [w0] "=&r"(w0), [w1] "=&r"(w1), [s] "+&r"(sum)
      :
      : "memory");
#else
  add_products(input, weights, sum);
  input += 4, weights += 4;
#endif
}

/// Four bytes as two pairs of 16 bits: those at 0 and 2, and those at 1 and 3.
struct wide_word {
  uint32_t even, odd;
};

SMELT_INLINE wide_word widened(uint32_t word) {
#if SMELT_DSP
  wide_word wide;
  __asm__ volatile("sxtb16 %0, %1" : "=r"(wide.even) : "r"(word));
  __asm__ volatile("sxtb16 %0, %1, ror #8" : "=r"(wide.odd) : "r"(word));
  return wide;
#else
  const auto half = [&](int32_t i) { return static_cast<uint32_t>(byte(word, i)) & 65535; };
  return {half(0) | half(2) << 16, half(1) | half(3) << 16};
#endif
}

/// Adds the products of the lower halves, and of the upper ones, to a sum each.
SMELT_INLINE void add_halves(uint32_t x, uint32_t y, int32_t &low, int32_t &high) {
#if SMELT_DSP
  __asm__ volatile("smlabb %0, %1, %2, %0" : "+r"(low) : "r"(x), "r"(y));
  __asm__ volatile("smlatt %0, %1, %2, %0" : "+r"(high) : "r"(x), "r"(y));
#else
  low += int32_t{static_cast<int16_t>(x)} * static_cast<int16_t>(y);
  high += int32_t{static_cast<int16_t>(x >> 16)} * static_cast<int16_t>(y >> 16);
#endif
}

/// Products of four channels.
SMELT_INLINE void add_channels(const wide_word &x, const wide_word &y, int32_t (&sums)[4]) {
  add_halves(x.even, y.even, sums[0], sums[2]);
  add_halves(x.odd, y.odd, sums[1], sums[3]);
}

/// An 8-bit output: the sum times multiplier * 2^-32, rounded to an integer t, ties upwards, then
/// t / 2^(shift + 1), half away from zero, plus a zero point, limited to 8 bits.
///
/// The multiplier is that of requantize() doubled, which has 32 bits without a sign: as a signed
/// number it is 2^32 too little, and the sum in the high word makes up for that. Half away from
/// zero is floor((t + 2^shift - (t < 0)) / 2^(shift + 1)), and the sign of the sum may stand for
/// that of t (see requantize). The zero point joins at 2^(shift + 1): `half` is 2 * zero point + 1
/// times 2^shift. All stays in 32 bits if |sum| < 2^30 and shift < 22; lowering sees to that.
SMELT_INLINE int32_t narrow(int32_t sum, int32_t doubled_multiplier, int32_t half, int32_t shift) {
  int32_t t = sum + (sum >> 31);
#if SMELT_DSP
  __asm__("smmlar %[t], %[sum], %[multiplier], %[t]"
          : [t] "+r"(t)
          : [sum] "r"(sum), [multiplier] "r"(doubled_multiplier));
  t = (t + half) >> shift;
  __asm__("ssat %[t], #8, %[t], asr #1" : [t] "+r"(t));
  return t;
#else
  const int64_t product = int64_t{sum} * doubled_multiplier + (int64_t{1} << 31);
  t += static_cast<int32_t>(product >> 32);
  return clamp<int32_t>(((t + half) >> shift) >> 1, -128, 127);
#endif
}

}  // namespace dsp
}  // namespace smelt

#endif
