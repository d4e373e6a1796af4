// SPDX-License-Identifier: Apache-2.0
//
// What layers over quads of weights (smelt/quads.h) are made of on AVR, and the plain form of it
// for other cores. Sums take 24 bits, in registers: products of 8 bits are added in three cycles,
// and the host knows that no sum leaves them. Weights come from flash, three cycles each.
#ifndef SMELT_ARCH_AVR_H
#define SMELT_ARCH_AVR_H

#include "smelt/quads.h"

namespace smelt {

struct avr {
  static constexpr int32_t input_offset = 128;
  static constexpr int32_t sum_limit = int32_t{1} << 23;

  static inline void dot_patch(const uint8_t *patch, const uint8_t *weights, int32_t count,
                               int32_t *sums);
  static inline void dot_input(const int8_t *input, const uint8_t *weights, int32_t count,
                               int32_t *sums);
  static inline void windows_3x3(const int8_t *const *rows, const int8_t *weights, int32_t pitch,
                                 int32_t blocks, int32_t *sums);
  static inline int32_t requantize(int32_t x, int32_t multiplier, int32_t shift);
};

#ifdef __AVR__

/// One tap of four channels: `input` makes the next input; mul leaves its product in r1:r0.
#define SMELT_AVR_MAC(sum) \
  "lpm r0, Z+\n\t"         \
  "mul %[x], r0\n\t"       \
  "add %A[" sum            \
  "], r0\n\t"              \
  "adc %B[" sum            \
  "], r1\n\t"              \
  "adc %C[" sum "], %[zero]\n\t"
#define SMELT_AVR_TAP(input) \
  input SMELT_AVR_MAC("s0") SMELT_AVR_MAC("s1") SMELT_AVR_MAC("s2") SMELT_AVR_MAC("s3")
#define SMELT_AVR_DOT(input)                                                                     \
  __int24 s0 = static_cast<__int24>(sums[0]), s1 = static_cast<__int24>(sums[1]);                \
  __int24 s2 = static_cast<__int24>(sums[2]), s3 = static_cast<__int24>(sums[3]);                \
  uint8_t x;                                                                                     \
  __asm__("1:\n\t" SMELT_AVR_TAP(input) SMELT_AVR_TAP(input) SMELT_AVR_TAP(input)              \
              SMELT_AVR_TAP(input)                                                             \
          "subi %A[rounds], 1\n\t"                                                             \
          "sbci %B[rounds], 0\n\t"                                                             \
          "breq 2f\n\t"                                                                        \
          "rjmp 1b\n"                                                                          \
          "2:\tclr r1"                                                                         \
          : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [from] "+x"(from),     \
            [weights] "+z"(weights), [rounds] "+d"(rounds), [x] "=&d"(x)                       \
          : [zero] "r"(uint8_t{0})                                                             \
          : "memory"); \
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3

/// (inputs, weights, fours of taps, sums)
__attribute__((noinline, unused)) static void avr_dot_patch(const uint8_t *from,
                                                            const uint8_t *weights, uint16_t rounds,
                                                            int32_t *sums) {
  SMELT_AVR_DOT("ld %[x], X+\n\t");
}
__attribute__((noinline, unused)) static void avr_dot_input(const int8_t *from,
                                                            const uint8_t *weights, uint16_t rounds,
                                                            int32_t *sums) {
  SMELT_AVR_DOT("ld %[x], X+\n\tsubi %[x], 128\n\t");
}

/// One tap of a channel, with signs: muls leaves that of the product in the carry.
#define SMELT_AVR_LANE(sum) \
  "ld %[x], X+\n\t"         \
  "lpm %[w], Z+\n\t"        \
  "muls %[x], %[w]\n\t"     \
  "sbc %[w], %[w]\n\t"      \
  "add %A[" sum             \
  "], r0\n\t"               \
  "adc %B[" sum             \
  "], r1\n\t"               \
  "adc %C[" sum "], %[w]\n\t"

/// The windows of four channels; `gap` is what the inputs of the next column are behind these.
__attribute__((noinline, unused)) static void avr_windows(const int8_t *const *rows, uint8_t height,
                                                          uint8_t width, const int8_t *weights,
                                                          uint16_t gap, uint16_t first,
                                                          int32_t *sums) {
  __int24 s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (; height > 0; --height) {
    const int8_t *from = *rows++ + first;
    uint8_t columns = width, x, w;
    __asm__("1:\n\t" SMELT_AVR_LANE("s0") SMELT_AVR_LANE("s1") SMELT_AVR_LANE("s2")
                SMELT_AVR_LANE("s3")
            "add %A[from], %A[gap]\n\t"
            "adc %B[from], %B[gap]\n\t"
            "dec %[columns]\n\t"
            "brne 1b\n\t"
            "clr r1"
            : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [from] "+x"(from),
              [weights] "+z"(weights), [columns] "+r"(columns), [x] "=&d"(x), [w] "=&d"(w)
            : [gap] "r"(gap)
            : "memory");
  }
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
}

/// multiply_high() of |x| < 2^23 and multiplier >= 0: three bytes by four, of x without its sign;
/// what that is too much is taken off.
__attribute__((noinline, unused)) static __int24 avr_multiply_high(__int24 x, int32_t m) {
  uint8_t p1, p2, p4, p5, p6, p3 = 0x40;  // 2^30
#define SMELT_AVR_ADD(a, b, low, middle, high) \
  "mul %" a "[x], %" b                         \
  "[m]\n\t"                                    \
  "add %[" low                                 \
  "], r0\n\t"                                  \
  "adc %[" middle                              \
  "], r1\n\t"                                  \
  "adc %[" high "], %[zero]\n\t"
  __asm__(
      "mul %A[x], %A[m]\n\t"
      "mov %[p1], r1\n\t"
      "clr %[p2]\n\t"
      "clr %[p4]\n\t"
      "clr %[p5]\n\t"
      "clr %[p6]\n\t" SMELT_AVR_ADD("A", "B", "p1", "p2", "p3")
          SMELT_AVR_ADD("B", "A", "p1", "p2", "p3") SMELT_AVR_ADD("A", "C", "p2", "p3", "p4")
              SMELT_AVR_ADD("B", "B", "p2", "p3", "p4") SMELT_AVR_ADD("C", "A", "p2", "p3", "p4")
                  SMELT_AVR_ADD("A", "D", "p3", "p4", "p5")
                      SMELT_AVR_ADD("B", "C", "p3", "p4", "p5")
                          SMELT_AVR_ADD("C", "B", "p3", "p4", "p5")
                              SMELT_AVR_ADD("B", "D", "p4", "p5", "p6")
                                  SMELT_AVR_ADD("C", "C", "p4", "p5", "p6")
      "mul %C[x], %D[m]\n\t"
      "add %[p5], r0\n\t"
      "adc %[p6], r1\n\t"
      "sbrs %C[x], 7\n\t"
      "rjmp 1f\n\t"
      "sub %[p3], %A[m]\n\t"
      "sbc %[p4], %B[m]\n\t"
      "sbc %[p5], %C[m]\n\t"
      "sbc %[p6], %D[m]\n"
      "1:\tlsl %[p3]\n\t"
      "rol %[p4]\n\t"
      "rol %[p5]\n\t"
      "rol %[p6]\n\t"
      "clr r1"
      : [p1] "=&r"(p1), [p2] "=&r"(p2), [p3] "+r"(p3), [p4] "=&r"(p4), [p5] "=&r"(p5),
        [p6] "=&r"(p6)
      : [x] "r"(x), [m] "r"(m), [zero] "r"(uint8_t{0}));
#undef SMELT_AVR_ADD
  return static_cast<__int24>(p4 | static_cast<uint16_t>(p5) << 8 |
                              static_cast<uint32_t>(p6) << 16);
}

inline void avr::dot_patch(const uint8_t *patch, const uint8_t *weights, int32_t count,
                           int32_t *sums) {
  avr_dot_patch(patch, weights, static_cast<uint16_t>(static_cast<uint16_t>(count) / quad), sums);
}
inline void avr::dot_input(const int8_t *input, const uint8_t *weights, int32_t count,
                           int32_t *sums) {
  avr_dot_input(input, weights, static_cast<uint16_t>(static_cast<uint16_t>(count) / quad), sums);
}
inline void avr::windows_3x3(const int8_t *const *rows, const int8_t *weights, int32_t pitch,
                             int32_t blocks, int32_t *sums) {
  for (int32_t block = 0; block < blocks; ++block)
    avr_windows(rows, 3, 3, weights + block * (9 * quad), static_cast<uint16_t>(pitch - quad),
                static_cast<uint16_t>(block * quad), sums + block * quad);
}
inline int32_t avr::requantize(int32_t x, int32_t multiplier, int32_t shift) {
  __int24 t = avr_multiply_high(static_cast<__int24>(x), multiplier) - (x < 0 ? 1 : 0);
  uint8_t right = static_cast<uint8_t>(~shift);
  for (; right >= 8; right -= 8) t >>= 8;
  for (; right > 0; --right) t >>= 1;
  return (t + 1) >> 1;
}

#else

inline void avr::dot_patch(const uint8_t *patch, const uint8_t *weights, int32_t count,
                           int32_t *sums) {
  dot_quads(patch, 0, weights, count, sums);
}
inline void avr::dot_input(const int8_t *input, const uint8_t *weights, int32_t count,
                           int32_t *sums) {
  dot_quads(input, input_offset, weights, count, sums);
}
inline void avr::windows_3x3(const int8_t *const *rows, const int8_t *weights, int32_t pitch,
                             int32_t blocks, int32_t *sums) {
  window_sums<quad>(rows, 3, 3, weights, pitch, blocks, sums);
}
inline int32_t avr::requantize(int32_t x, int32_t multiplier, int32_t shift) {
  return smelt::requantize(x, multiplier, shift);
}

#endif

}  // namespace smelt

#endif
