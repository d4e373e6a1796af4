// SPDX-License-Identifier: Apache-2.0
//
// The blocks of smelt/arch/blocks.h with four pixels on RISC-V. It has 27 registers for them, and
// compilers that see a loop over 16 sums keep some in memory.
#ifndef SMELT_ARCH_BLOCKS_RISCV_H
#define SMELT_ARCH_BLOCKS_RISCV_H

#include "smelt/runtime.h"

#if defined(__riscv_mul) && defined(__OPTIMIZE__)

namespace smelt {
namespace blocks {

// clang-format off
#define SMELT_START(channel, a, b, c, d)           \
  "lw %[" a "], " channel "*16(%[records])\n\t"    \
  "mv %[" b "], %[" a "]\n\t"                      \
  "mv %[" c "], %[" a "]\n\t"                      \
  "mv %[" d "], %[" a "]\n\t"
#define SMELT_CHANNEL(tap, channel, a, b, c, d)    \
  "lb %[w], 4*" tap "+" channel "(%[weights])\n\t" \
  "mul %[t], %[x0], %[w]\n\t"                      \
  "add %[" a "], %[" a "], %[t]\n\t"               \
  "mul %[t], %[x1], %[w]\n\t"                      \
  "add %[" b "], %[" b "], %[t]\n\t"               \
  "mul %[t], %[x2], %[w]\n\t"                      \
  "mul %[w], %[x3], %[w]\n\t"                      \
  "add %[" c "], %[" c "], %[t]\n\t"               \
  "add %[" d "], %[" d "], %[w]\n\t"
#define SMELT_TAP(tap)                             \
  "lb %[x0], 4*" tap "(%[patch])\n\t"              \
  "lb %[x1], 4*" tap "+1(%[patch])\n\t"            \
  "lb %[x2], 4*" tap "+2(%[patch])\n\t"            \
  "lb %[x3], 4*" tap "+3(%[patch])\n\t"            \
  SMELT_CHANNEL(tap, "0", "s0", "s1", "s2", "s3")  \
  SMELT_CHANNEL(tap, "1", "s4", "s5", "s6", "s7")  \
  SMELT_CHANNEL(tap, "2", "s8", "s9", "s10", "s11") \
  SMELT_CHANNEL(tap, "3", "s12", "s13", "s14", "s15")

/// Eight taps at a time, the first time four if their number is odd.
template <>
SMELT_INLINE void sum_patch<4>(const int8_t *patch, const int8_t *weights, const int8_t *end,
                               const int32_t *records, int32_t (&sums)[16]) {
  int32_t x0, x1, x2, x3, w, t;
  const int32_t odd = (end - weights) & 16;
  patch -= odd;
  weights -= odd;
  __asm__ volatile(
      SMELT_START("0", "s0", "s1", "s2", "s3")
      SMELT_START("1", "s4", "s5", "s6", "s7")
      SMELT_START("2", "s8", "s9", "s10", "s11")
      SMELT_START("3", "s12", "s13", "s14", "s15")
      "bnez %[odd], 1f\n"
      "0:\n\t"
      SMELT_TAP("0") SMELT_TAP("1") SMELT_TAP("2") SMELT_TAP("3")
      "1:\n\t"
      SMELT_TAP("4") SMELT_TAP("5") SMELT_TAP("6") SMELT_TAP("7")
      "addi %[weights], %[weights], 32\n\t"
      "addi %[patch], %[patch], 32\n\t"
      "bne %[weights], %[end], 0b"
      : [s0] "=&r"(sums[0]), [s1] "=&r"(sums[1]), [s2] "=&r"(sums[2]), [s3] "=&r"(sums[3]),
        [s4] "=&r"(sums[4]), [s5] "=&r"(sums[5]), [s6] "=&r"(sums[6]), [s7] "=&r"(sums[7]),
        [s8] "=&r"(sums[8]), [s9] "=&r"(sums[9]), [s10] "=&r"(sums[10]), [s11] "=&r"(sums[11]),
        [s12] "=&r"(sums[12]), [s13] "=&r"(sums[13]), [s14] "=&r"(sums[14]),
        [s15] "=&r"(sums[15]), [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3),
        [w] "=&r"(w), [patch] "+&r"(patch), [weights] "+&r"(weights), [t] "=&r"(t)
      : [end] "r"(end), [records] "r"(records), [odd] "r"(odd)
      : "memory");
}
#undef SMELT_START
#undef SMELT_CHANNEL
#undef SMELT_TAP

#define SMELT_NARROW                          \
  "add %[t], %[t], %[offset]\n\t"             \
  "sra %[t], %[t], %[shift]\n\t"              \
  "bge %[t], %[min], 0f\n\t"                  \
  "mv %[t], %[min]\n"                         \
  "0:\n\t"                                    \
  "ble %[t], %[max], 0f\n\t"                  \
  "mv %[t], %[max]\n"                         \
  "0:"

SMELT_INLINE int32_t round_once(int32_t sum, int32_t multiplier, int32_t offset, int32_t shift,
                                int32_t min, int32_t max) {
  int32_t t;
  __asm__ volatile(
      "mulh %[t], %[sum], %[multiplier]\n\t"
      SMELT_NARROW
      : [t] "=&r"(t)
      : [sum] "r"(sum), [multiplier] "r"(multiplier), [offset] "r"(offset), [shift] "r"(shift),
        [min] "r"(min), [max] "r"(max));
  return t;
}

SMELT_INLINE int32_t round_twice(int32_t sum, int32_t multiplier, int32_t offset, int32_t shift,
                                 int32_t min, int32_t max) {
  int32_t t, u;
  __asm__ volatile(
      "slli %[t], %[sum], 1\n\t"
      "mul %[u], %[t], %[multiplier]\n\t"
      "mulh %[t], %[t], %[multiplier]\n\t"
      "srli %[u], %[u], 31\n\t"
      "add %[t], %[t], %[u]\n\t"
      "srai %[u], %[sum], 31\n\t"
      "add %[t], %[t], %[u]\n\t"
      SMELT_NARROW
      : [t] "=&r"(t), [u] "=&r"(u)
      : [sum] "r"(sum), [multiplier] "r"(multiplier), [offset] "r"(offset), [shift] "r"(shift),
        [min] "r"(min), [max] "r"(max));
  return t;
}

#define SMELT_OUTPUT(sum)                     \
  "mulh %[t], %[" sum "], %[multiplier]\n\t"  \
  SMELT_NARROW "\n\t"                         \
  "sb %[t], (%[to])\n\t"
#define SMELT_CHANNEL(c, s0, s1, s2, s3)      \
  "lw %[multiplier], 16*" c "+4(%[record])\n\t" \
  "lw %[offset], 16*" c "+8(%[record])\n\t"   \
  "lw %[shift], 16*" c "+12(%[record])\n\t"   \
  "addi %[to], %[output], " c "\n\t"          \
  SMELT_OUTPUT(s0)                            \
  "add %[to], %[to], %[pitch]\n\t"            \
  SMELT_OUTPUT(s1)                            \
  "add %[to], %[to], %[pitch]\n\t"            \
  SMELT_OUTPUT(s2)                            \
  "add %[to], %[to], %[pitch]\n\t"            \
  SMELT_OUTPUT(s3)
/// Of 16 sums rounded once. Where registers are this rare, compilers move more than they compute.
SMELT_INLINE void finish_block(const int32_t (&sums)[16], const int32_t *records, int8_t *output,
                               int32_t pitch, int32_t min, int32_t max) {
  int32_t multiplier, offset, shift, t;
  int8_t *to;
  __asm__ volatile(
      SMELT_CHANNEL("0", "s0", "s1", "s2", "s3")
      SMELT_CHANNEL("1", "s4", "s5", "s6", "s7")
      SMELT_CHANNEL("2", "s8", "s9", "s10", "s11")
      SMELT_CHANNEL("3", "s12", "s13", "s14", "s15")
      : [multiplier] "=&r"(multiplier), [offset] "=&r"(offset), [shift] "=&r"(shift),
        [t] "=&r"(t), [to] "=&r"(to)
      : [s0] "r"(sums[0]), [s1] "r"(sums[1]), [s2] "r"(sums[2]), [s3] "r"(sums[3]),
        [s4] "r"(sums[4]), [s5] "r"(sums[5]), [s6] "r"(sums[6]), [s7] "r"(sums[7]),
        [s8] "r"(sums[8]), [s9] "r"(sums[9]), [s10] "r"(sums[10]), [s11] "r"(sums[11]),
        [s12] "r"(sums[12]), [s13] "r"(sums[13]), [s14] "r"(sums[14]), [s15] "r"(sums[15]),
        [record] "r"(records), [output] "r"(output), [pitch] "r"(pitch), [min] "r"(min),
        [max] "r"(max)
      : "memory");
}

template <>
SMELT_INLINE void finish_integers<4, 16>(const int32_t (&sums)[16], const int32_t *records,
                                         bool twice, int32_t count, int8_t *output, int32_t pitch,
                                         int32_t min, int32_t max) {
  if (!twice && count >= 4) return finish_block(sums, records, output, pitch, min, max);
  finish_channels<4>(sums, records, twice, count, output, pitch, min, max);
}
#undef SMELT_CHANNEL
#undef SMELT_OUTPUT
#undef SMELT_NARROW
// clang-format on

}  // namespace blocks
}  // namespace smelt

#endif

#endif
