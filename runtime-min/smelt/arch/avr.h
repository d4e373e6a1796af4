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
  using input = uint8_t;  ///< with the offset
  static constexpr int input_offset = 128;
  /// Rounding adds 1, which must not leave 24 bits either.
  static constexpr int32_t sum_limit = (int32_t{1} << 23) - 1;
  static constexpr int quads_at_once = 2;

  static inline int32_t gather(const int8_t *from, int count, uint8_t *patch);
  static inline void dot_patch(const uint8_t *patch, const uint8_t *weights, int count,
                               int32_t *sums);
  static inline void dot_input(const int8_t *input, const uint8_t *weights, int count,
                               int32_t *sums);
  static inline void windows(const int8_t *const *rows, int height, int width,
                             const int8_t *weights, int pitch, int blocks, int32_t *sums);
  static SMELT_INLINE int32_t requantize(int32_t x, int32_t multiplier, int32_t shift) {
    return smelt::requantize(x, multiplier, shift);
  }
  static inline void finish(const quad_stage &out, int channel, int count, const int32_t *sums,
                            int8_t *output);
};

#ifdef __AVR__

/// Compiled without optimization, the loops would want more registers than there are.
#define SMELT_AVR_FUNCTION __attribute__((noinline, unused, optimize("O2"))) static

#define SMELT_AVR_TAKE            \
  "ld %[x], X+\n\t"               \
  "subi %[x], 128\n\t"            \
  "st Z+, %[x]\n\t"               \
  "add %A[sum], %[x]\n\t"         \
  "adc %B[sum], __zero_reg__\n\t" \
  "adc %C[sum], __zero_reg__\n\t"

/// What is left of whole fours, then these.
SMELT_AVR_FUNCTION __uint24 avr_gather(const int8_t *from, uint16_t count, uint8_t *to) {
  __uint24 sum = 0;
  uint8_t x, rest = static_cast<uint8_t>(count % 4 + 1);
  uint16_t rounds = count / 4 + 1;
  __asm__ volatile(
      "rjmp 2f\n"
      "1:\t" SMELT_AVR_TAKE
      "2:\tdec %[rest]\n\t"
      "brne 1b\n\t"
      "rjmp 4f\n"
      "3:\t" SMELT_AVR_TAKE SMELT_AVR_TAKE SMELT_AVR_TAKE SMELT_AVR_TAKE
      "4:\tsubi %A[rounds], 1\n\t"
      "sbci %B[rounds], 0\n\t"
      "brne 3b"
      : [sum] "+r"(sum), [from] "+x"(from), [to] "+z"(to), [rest] "+r"(rest), [rounds] "+d"(rounds),
        [x] "=&d"(x)
      :
      : "memory");
  return sum;
}

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
#define SMELT_AVR_FOUR(input) \
  SMELT_AVR_TAP(input) SMELT_AVR_TAP(input) SMELT_AVR_TAP(input) SMELT_AVR_TAP(input)
#define SMELT_AVR_DOT(input)                                                 \
  __int24 s0 = static_cast<__int24>(sums[0]);                                \
  __int24 s1 = static_cast<__int24>(sums[1]);                                \
  __int24 s2 = static_cast<__int24>(sums[2]);                                \
  __int24 s3 = static_cast<__int24>(sums[3]);                                \
  uint8_t x;                                                                 \
  __asm__ volatile("1:\n\t" SMELT_AVR_FOUR(input)                          \
                   "subi %A[rounds], 1\n\t"                                \
                   "sbci %B[rounds], 0\n\t"                                \
                   "breq 2f\n\t"                                           \
                   "rjmp 1b\n"                                             \
                   "2:\tclr r1"                                            \
                   : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2),          \
                     [s3] "+r"(s3), [from] "+x"(from),                     \
                     [weights] "+z"(weights), [rounds] "+d"(rounds),       \
                     [x] "=&d"(x)                                          \
                   : [zero] "r"(uint8_t{0})                                \
                   : "memory"); \
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3

/// (inputs, weights, fours of taps, sums)
SMELT_AVR_FUNCTION void avr_dot_patch(const uint8_t *from, const uint8_t *weights, uint16_t rounds,
                                      int32_t *sums) {
  SMELT_AVR_DOT("ld %[x], X+\n\t");
}
SMELT_AVR_FUNCTION void avr_dot_input(const int8_t *from, const uint8_t *weights, uint16_t rounds,
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
SMELT_AVR_FUNCTION void avr_windows(const int8_t *const *rows, uint8_t height, uint8_t width,
                                    const int8_t *weights, uint16_t gap, uint16_t first,
                                    int32_t *sums) {
  __int24 s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (; height > 0; --height) {
    const int8_t *from = *rows++ + first;
    uint8_t columns = width, x, w;
    __asm__ volatile("1:\n\t" SMELT_AVR_LANE("s0") SMELT_AVR_LANE("s1") SMELT_AVR_LANE("s2")
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

/// Adds a product of bytes of x and m to those of the whole product from `low` on.
#define SMELT_AVR_ADD(a, b, low, middle, high) \
  "mul %" a "[x], %" b                         \
  "[m]\n\t"                                    \
  "add %[" low                                 \
  "], r0\n\t"                                  \
  "adc %[" middle                              \
  "], r1\n\t"                                  \
  "adc %[" high "], %[zero]\n\t"

/// smelt::requantize of |x| < 2^23 - 1 with shift = -right - 1; beyond 15 bits another number that
/// far outside. The product of three bytes by four, of x without its sign; what that is too much is
/// taken off. 2^30 is in its byte 3 from the start.
SMELT_INLINE int16_t avr_requantize(__int24 x, int32_t m, uint8_t right) {
  uint8_t p1, p2, p3, p4, p5, p6;
  __asm__(
      "mul %A[x], %A[m]\n\t"
      "mov %[p1], r1\n\t"
      "clr %[p2]\n\t"
      "ldi %[p3], 0x40\n\t"
      "clr %[p4]\n\t"
      "clr %[p5]\n\t"
      "clr %[p6]\n\t"  //
      SMELT_AVR_ADD("A", "B", "p1", "p2", "p3") SMELT_AVR_ADD("B", "A", "p1", "p2", "p3")
          SMELT_AVR_ADD("A", "C", "p2", "p3", "p4") SMELT_AVR_ADD("B", "B", "p2", "p3", "p4")
              SMELT_AVR_ADD("C", "A", "p2", "p3", "p4") SMELT_AVR_ADD("A", "D", "p3", "p4", "p5")
                  SMELT_AVR_ADD("B", "C", "p3", "p4", "p5")
                      SMELT_AVR_ADD("C", "B", "p3", "p4", "p5")
                          SMELT_AVR_ADD("B", "D", "p4", "p5", "p6")
                              SMELT_AVR_ADD("C", "C", "p4", "p5", "p6")
      "mul %C[x], %D[m]\n\t"
      "add %[p5], r0\n\t"
      "adc %[p6], r1\n\t"
      "clr r1\n\t"
      "sbrs %C[x], 7\n\t"
      "rjmp 1f\n\t"
      "sub %[p3], %A[m]\n\t"
      "sbc %[p4], %B[m]\n\t"
      "sbc %[p5], %C[m]\n\t"
      "sbc %[p6], %D[m]\n\t"
      "subi %[p3], 0x80\n\t"  // 1 of the sum by 2^31, for its sign
      "sbc %[p4], r1\n\t"
      "sbc %[p5], r1\n\t"
      "sbc %[p6], r1\n"
      "1:\tlsl %[p3]\n\t"
      "rol %[p4]\n\t"
      "rol %[p5]\n\t"
      "rol %[p6]\n\t"
      "2:\tcpi %[right], 8\n\t"
      "brlo 3f\n\t"
      "mov %[p4], %[p5]\n\t"
      "mov %[p5], %[p6]\n\t"
      "lsl %[p6]\n\t"
      "sbc %[p6], %[p6]\n\t"
      "subi %[right], 8\n\t"
      "rjmp 2b\n"
      "3:\tinc %[right]\n\t"
      "rjmp 5f\n"
      "4:\tasr %[p6]\n\t"
      "ror %[p5]\n\t"
      "ror %[p4]\n"
      "5:\tdec %[right]\n\t"
      "brne 4b\n\t"
      "sec\n\t"
      "adc %[p4], r1\n\t"
      "adc %[p5], r1\n\t"
      "adc %[p6], r1\n\t"
      "asr %[p6]\n\t"
      "ror %[p5]\n\t"
      "ror %[p4]\n\t"
      "mov %[p3], %[p5]\n\t"  // is byte 6 no more than the sign of byte 5?
      "lsl %[p3]\n\t"
      "sbc %[p3], %[p3]\n\t"
      "cp %[p3], %[p6]\n\t"
      "breq 6f\n\t"
      "ldi %[p3], 0x3f\n\t"
      "sbrc %[p6], 7\n\t"
      "ldi %[p3], 0xc0\n\t"
      "mov %[p5], %[p3]\n"
      "6:"
      : [p1] "=&r"(p1), [p2] "=&r"(p2), [p3] "=&d"(p3), [p4] "=&r"(p4), [p5] "=&r"(p5),
        [p6] "=&r"(p6), [right] "+d"(right)
      : [x] "r"(x), [m] "r"(m), [zero] "r"(uint8_t{0}));
  return static_cast<int16_t>(p4 | static_cast<uint16_t>(p5) << 8);
}

inline int32_t avr::gather(const int8_t *from, int count, uint8_t *patch) {
  return static_cast<int32_t>(avr_gather(from, static_cast<uint16_t>(count), patch));
}
inline void avr::dot_patch(const uint8_t *patch, const uint8_t *weights, int count, int32_t *sums) {
  avr_dot_patch(patch, weights, static_cast<uint16_t>(count) / quad, sums);
}
inline void avr::dot_input(const int8_t *input, const uint8_t *weights, int count, int32_t *sums) {
  avr_dot_input(input, weights, static_cast<uint16_t>(count) / quad, sums);
}
inline void avr::windows(const int8_t *const *rows, int height, int width, const int8_t *weights,
                         int pitch, int blocks, int32_t *sums) {
  for (int32_t block = 0; block < blocks; ++block)
    avr_windows(rows, static_cast<uint8_t>(height), static_cast<uint8_t>(width),
                weights + block * height * width * quad, static_cast<uint16_t>(pitch - quad),
                static_cast<uint16_t>(block * quad), sums + block * quad);
}
/// `low` and `high` clamp before the zero point is added, which may lead out of 16 bits.
SMELT_AVR_FUNCTION void avr_finish(const int32_t *multiplier, const int8_t *shift, int count,
                                   const int32_t *sums, int8_t *output, int16_t zero_point,
                                   int16_t low, int16_t high) {
  for (; count > 0; --count) {
    const int16_t scaled = avr_requantize(static_cast<__int24>(*sums++), load(multiplier++),
                                          static_cast<uint8_t>(~load(shift++)));
    *output++ = static_cast<int8_t>(clamp(scaled, low, high) + zero_point);
  }
}

inline void avr::finish(const quad_stage &out, int channel, int count, const int32_t *sums,
                        int8_t *output) {
  avr_finish(out.multiplier + channel, out.shift + channel, count, sums, output,
             static_cast<int16_t>(out.zero_point), static_cast<int16_t>(out.min - out.zero_point),
             static_cast<int16_t>(out.max - out.zero_point));
}

#else

inline int32_t avr::gather(const int8_t *from, int count, uint8_t *patch) {
  return gather_bytes(from, count, patch);
}
inline void avr::dot_patch(const uint8_t *patch, const uint8_t *weights, int count, int32_t *sums) {
  dot_quads(patch, 0, weights, count, sums);
}
inline void avr::dot_input(const int8_t *input, const uint8_t *weights, int count, int32_t *sums) {
  dot_quads(input, input_offset, weights, count, sums);
}
inline void avr::windows(const int8_t *const *rows, int height, int width, const int8_t *weights,
                         int pitch, int blocks, int32_t *sums) {
  window_sums<quad>(rows, height, width, weights, pitch, blocks, sums);
}
inline void avr::finish(const quad_stage &out, int channel, int count, const int32_t *sums,
                        int8_t *output) {
  finish_sums<avr>(out, channel, count, sums, output);
}

#endif

}  // namespace smelt

#endif
