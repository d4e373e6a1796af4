// SPDX-License-Identifier: Apache-2.0
//
// Blocks of sums by the DSP extension of Arm (Cortex-M4, M7, M33): SMLAD adds two products of 16
// bits to a sum. Bytes come four in a word w, and SXTB16 widens two of them: those at 0 and 2 of w,
// those at 1 and 3 of w rotated by 8. So 16-bit operands are in the order 0, 2, 1, 3 as well.
//
// Assembly where compilers do not find the instruction (they rotate first, and widen then) or keep
// no block in registers. Everything else, like the host, computes the same in C++.
#ifndef SMELT_ARCH_DSP_H
#define SMELT_ARCH_DSP_H

#include "smelt/fixed_point.h"
#include "smelt/runtime.h"

/// Blocks fill the registers: without optimization, one of them holds the frame.
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

/// Widens four inputs of one pixel.
SMELT_INLINE void widen(const int8_t *&from, int16_t *&to) {
#if SMELT_DSP
  int32_t even, odd;
  __asm__ volatile(
      "ldr %[odd], [%[from]], #4\n\t"
      "sxtb16 %[even], %[odd]\n\t"
      "sxtb16 %[odd], %[odd], ror #8\n\t"
      "strd %[even], %[odd], [%[to]], #8"
      : [even] "=&r"(even), [odd] "=&r"(odd), [from] "+&r"(from), [to] "+&r"(to)
      :
      : "memory");
#else
  for (int32_t i = 0; i < 4; ++i) to[place(i)] = from[i];
  from += 4, to += 4;
#endif
}

/// Widens four inputs each of two pixels, next to each other.
SMELT_INLINE void widen_pair(const int8_t *&a, const int8_t *&b, int16_t *&to) {
#if SMELT_DSP
  __asm__ volatile(
      "ldr r1, [%[a]], #4\n\t"
      "ldr r3, [%[b]], #4\n\t"
      "sxtb16 r0, r1\n\t"
      "sxtb16 r1, r1, ror #8\n\t"
      "sxtb16 r2, r3\n\t"
      "sxtb16 r3, r3, ror #8\n\t"
      "stmia %[to]!, {r0, r1, r2, r3}"
      : [a] "+&r"(a), [b] "+&r"(b), [to] "+&r"(to)
      :
      : "r0", "r1", "r2", "r3", "memory");
#else
  widen(a, to);
  widen(b, to);
#endif
}

#if !SMELT_DSP
SMELT_INLINE void add_products(const int16_t *input, const int8_t *weights, int32_t &sum) {
  for (int32_t i = 0; i < 4; ++i) sum += int32_t{input[place(i)]} * weights[i];
}
#endif

/// Four taps of two output channels (weights: four of each) and two pixels (see widen_pair). Sums
/// are [channel][pixel].
SMELT_INLINE void add_2x2(const int16_t *&input, const int8_t *&weights, int32_t (&sums)[4]) {
#if SMELT_DSP
  int32_t w0, w1, w;
  __asm__ volatile(
      "ldmia %[input]!, {r0, r1, r2, r3}\n\t"
      "ldrd %[w0], %[w1], [%[weights]], #8\n\t"
      "sxtb16 %[w], %[w0]\n\t"
      "smlad %[s0], %[w], r0, %[s0]\n\t"
      "smlad %[s1], %[w], r2, %[s1]\n\t"
      "sxtb16 %[w0], %[w0], ror #8\n\t"
      "sxtb16 %[w], %[w1]\n\t"
      "smlad %[s0], %[w0], r1, %[s0]\n\t"
      "smlad %[s1], %[w0], r3, %[s1]\n\t"
      "sxtb16 %[w1], %[w1], ror #8\n\t"
      "smlad %[s2], %[w], r0, %[s2]\n\t"
      "smlad %[s3], %[w], r2, %[s3]\n\t"
      "smlad %[s2], %[w1], r1, %[s2]\n\t"
      "smlad %[s3], %[w1], r3, %[s3]"
      : [input] "+&r"(input), [weights] "+&r"(weights), [w0] "=&r"(w0), [w1] "=&r"(w1),
        [w] "=&r"(w), [s0] "+&r"(sums[0]), [s1] "+&r"(sums[1]), [s2] "+&r"(sums[2]),
        [s3] "+&r"(sums[3])
      :
      : "r0", "r1", "r2", "r3", "memory");
#else
  for (int32_t k = 0; k < 4; ++k) add_products(input + k % 2 * 4, weights + k / 2 * 4, sums[k]);
  input += 8, weights += 8;
#endif
}

/// As add_2x2, for one pixel (see widen): sums are [channel].
SMELT_INLINE void add_2x1(const int16_t *&input, const int8_t *&weights, int32_t (&sums)[2]) {
#if SMELT_DSP
  int32_t even, odd, w0, w1, w;
  __asm__ volatile(
      "ldrd %[even], %[odd], [%[input]], #8\n\t"
      "ldrd %[w0], %[w1], [%[weights]], #8\n\t"
      "sxtb16 %[w], %[w0]\n\t"
      "smlad %[s0], %[w], %[even], %[s0]\n\t"
      "sxtb16 %[w0], %[w0], ror #8\n\t"
      "smlad %[s0], %[w0], %[odd], %[s0]\n\t"
      "sxtb16 %[w], %[w1]\n\t"
      "smlad %[s1], %[w], %[even], %[s1]\n\t"
      "sxtb16 %[w1], %[w1], ror #8\n\t"
      "smlad %[s1], %[w1], %[odd], %[s1]"
      : [input] "+&r"(input), [weights] "+&r"(weights), [even] "=&r"(even), [odd] "=&r"(odd),
        [w0] "=&r"(w0), [w1] "=&r"(w1), [w] "=&r"(w), [s0] "+&r"(sums[0]), [s1] "+&r"(sums[1])
      :
      : "memory");
#else
  for (int32_t k = 0; k < 2; ++k) add_products(input, weights + k * 4, sums[k]);
  input += 4, weights += 8;
#endif
}

/// Four taps of four output channels (weights: four of each) and bytes as they are.
SMELT_INLINE void add_4x1(const int8_t *&input, const int8_t *&weights, int32_t (&sums)[4]) {
#if SMELT_DSP
  int32_t even, odd, w;
  __asm__ volatile(
      "ldr %[odd], [%[input]], #4\n\t"
      "ldmia %[weights]!, {r0, r1, r2, r3}\n\t"
      "sxtb16 %[even], %[odd]\n\t"
      "sxtb16 %[odd], %[odd], ror #8\n\t"
      "sxtb16 %[w], r0\n\t"
      "sxtb16 r0, r0, ror #8\n\t"
      "smlad %[s0], %[w], %[even], %[s0]\n\t"
      "smlad %[s0], r0, %[odd], %[s0]\n\t"
      "sxtb16 %[w], r1\n\t"
      "sxtb16 r1, r1, ror #8\n\t"
      "smlad %[s1], %[w], %[even], %[s1]\n\t"
      "smlad %[s1], r1, %[odd], %[s1]\n\t"
      "sxtb16 %[w], r2\n\t"
      "sxtb16 r2, r2, ror #8\n\t"
      "smlad %[s2], %[w], %[even], %[s2]\n\t"
      "smlad %[s2], r2, %[odd], %[s2]\n\t"
      "sxtb16 %[w], r3\n\t"
      "sxtb16 r3, r3, ror #8\n\t"
      "smlad %[s3], %[w], %[even], %[s3]\n\t"
      "smlad %[s3], r3, %[odd], %[s3]"
      : [input] "+&r"(input), [weights] "+&r"(weights), [even] "=&r"(even), [odd] "=&r"(odd),
        [w] "=&r"(w), [s0] "+&r"(sums[0]), [s1] "+&r"(sums[1]), [s2] "+&r"(sums[2]),
        [s3] "+&r"(sums[3])
      :
      : "r0", "r1", "r2", "r3", "memory");
#else
  for (int32_t k = 0; k < 4; ++k)
    for (int32_t i = 0; i < 4; ++i) sums[k] += int32_t{input[i]} * weights[4 * k + i];
  input += 4, weights += 16;
#endif
}

/// A tap of four channels of a depthwise convolution, and two pixels, `distance` apart; the input
/// moves on by `pitch`. Sums are [pixel][channel] in the order 0, 2, 1, 3 of channels.
SMELT_INLINE void add_depthwise(const int8_t *&input, int32_t distance, int32_t pitch,
                                const int8_t *&weights, int32_t (&sums)[8]) {
#if SMELT_DSP
  // Pitch and distance have to be in memory: there is no register left.
  int32_t even, odd, x, t;
  __asm__ volatile(
      "ldr %[odd], [%[weights]], #4\n\t"
      "ldr %[x], [%[input]]\n\t"
      "sxtb16 %[even], %[odd]\n\t"
      "sxtb16 %[odd], %[odd], ror #8\n\t"
      "sxtb16 %[t], %[x]\n\t"
      "sxtb16 %[x], %[x], ror #8\n\t"
      "smlabb %[s0], %[t], %[even], %[s0]\n\t"
      "smlatt %[s1], %[t], %[even], %[s1]\n\t"
      "ldr %[t], %[distance]\n\t"
      "smlabb %[s2], %[x], %[odd], %[s2]\n\t"
      "smlatt %[s3], %[x], %[odd], %[s3]\n\t"
      "ldr %[x], [%[input], %[t]]\n\t"
      "sxtb16 %[t], %[x]\n\t"
      "sxtb16 %[x], %[x], ror #8\n\t"
      "smlabb %[s4], %[t], %[even], %[s4]\n\t"
      "smlatt %[s5], %[t], %[even], %[s5]\n\t"
      "ldr %[t], %[pitch]\n\t"
      "smlabb %[s6], %[x], %[odd], %[s6]\n\t"
      "smlatt %[s7], %[x], %[odd], %[s7]\n\t"
      "add %[input], %[input], %[t]"
      : [input] "+&r"(input), [weights] "+&r"(weights), [even] "=&r"(even), [odd] "=&r"(odd),
        [x] "=&r"(x), [t] "=&r"(t), [s0] "+&r"(sums[0]), [s1] "+&r"(sums[1]), [s2] "+&r"(sums[2]),
        [s3] "+&r"(sums[3]), [s4] "+&r"(sums[4]), [s5] "+&r"(sums[5]), [s6] "+&r"(sums[6]),
        [s7] "+&r"(sums[7])
      : [distance] "m"(distance), [pitch] "m"(pitch)
      : "memory");
#else
  for (int32_t i = 0; i < 4; ++i) {
    sums[place(i)] += int32_t{input[i]} * weights[i];
    sums[4 + place(i)] += int32_t{input[distance + i]} * weights[i];
  }
  input += pitch, weights += 4;
#endif
}

/// The same for one pixel.
SMELT_INLINE void add_depthwise(const int8_t *&input, int32_t, int32_t pitch,
                                const int8_t *&weights, int32_t (&sums)[4]) {
#if SMELT_DSP
  int32_t even, odd, x, t;
  __asm__ volatile(
      "ldr %[odd], [%[weights]], #4\n\t"
      "ldr %[x], [%[input]]\n\t"
      "sxtb16 %[even], %[odd]\n\t"
      "sxtb16 %[odd], %[odd], ror #8\n\t"
      "sxtb16 %[t], %[x]\n\t"
      "sxtb16 %[x], %[x], ror #8\n\t"
      "smlabb %[s0], %[t], %[even], %[s0]\n\t"
      "smlatt %[s1], %[t], %[even], %[s1]\n\t"
      "smlabb %[s2], %[x], %[odd], %[s2]\n\t"
      "smlatt %[s3], %[x], %[odd], %[s3]\n\t"
      "add %[input], %[input], %[pitch]"
      : [input] "+&r"(input), [weights] "+&r"(weights), [even] "=&r"(even), [odd] "=&r"(odd),
        [x] "=&r"(x), [t] "=&r"(t), [s0] "+&r"(sums[0]), [s1] "+&r"(sums[1]), [s2] "+&r"(sums[2]),
        [s3] "+&r"(sums[3])
      : [pitch] "r"(pitch)
      : "memory");
#else
  for (int32_t i = 0; i < 4; ++i) sums[place(i)] += int32_t{input[i]} * weights[i];
  input += pitch, weights += 4;
#endif
}

/// An 8-bit output: the sum times multiplier * 2^-32, rounded to an integer t, ties upwards, then
/// t / 2^(shift + 1), half away from zero, plus a zero point, limited to 8 bits.
///
/// The multiplier is that of requantize() doubled, which has 32 bits without a sign: as a signed
/// number it is 2^32 too little, and the sum in the high word makes up for that. Half away from
/// zero is floor((t + 2^shift - (t < 0)) / 2^(shift + 1)), and the sign of the sum may stand for
/// that of t (see requantize). The zero point joins at 2^(shift + 1): `centre`, which is 2 * zero
/// point + 1, times 2^shift. All stays in 32 bits if |sum| < 2^30 and shift < 22; lowering sees to
/// that.
SMELT_INLINE int32_t narrow(int32_t sum, int32_t doubled_multiplier, int32_t centre,
                            int32_t shift) {
  int32_t t = sum + (sum >> 31);
#if SMELT_DSP
  __asm__("smmlar %[t], %[sum], %[multiplier], %[t]"
          : [t] "+r"(t)
          : [sum] "r"(sum), [multiplier] "r"(doubled_multiplier));
  t = (t + (centre << shift)) >> shift;
  __asm__("ssat %[t], #8, %[t], asr #1" : [t] "+r"(t));
  return t;
#else
  const int64_t product = int64_t{sum} * doubled_multiplier + (int64_t{1} << 31);
  t += static_cast<int32_t>(product >> 32);
  return clamp(((t + shift_left(centre, shift)) >> shift) >> 1, -128, 127);
#endif
}

}  // namespace dsp
}  // namespace smelt

#endif
