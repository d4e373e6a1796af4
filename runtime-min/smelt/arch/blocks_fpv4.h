// SPDX-License-Identifier: Apache-2.0
//
// The blocks of floats of smelt/arch/blocks.h on Cortex-M: 16 sums in s16 to s31, the operands of
// two taps in the other half of the registers, loaded by as few instructions as there can be.
#ifndef SMELT_ARCH_BLOCKS_FPV4_H
#define SMELT_ARCH_BLOCKS_FPV4_H

#include "smelt/runtime.h"

#if defined(__thumb2__) && defined(__ARM_FEATURE_FMA) && defined(__OPTIMIZE__)

namespace smelt {
namespace blocks {

// clang-format off
#define SMELT_FMA(sum, input, weight) "vfma.f32 s" #sum ", s" #input ", s" #weight "\n\t"
#define SMELT_TWO_TAPS                                                                \
  "vldmia %[x0]!, {s0-s1}\n\t"                                                        \
  "vldmia %[x1]!, {s2-s3}\n\t"                                                        \
  "vldmia %[x2]!, {s4-s5}\n\t"                                                        \
  "vldmia %[x3]!, {s6-s7}\n\t"                                                        \
  "vldmia %[weights]!, {s8-s15}\n\t"                                                  \
  SMELT_FMA(16, 0, 8) SMELT_FMA(17, 0, 9) SMELT_FMA(18, 0, 10) SMELT_FMA(19, 0, 11)   \
  SMELT_FMA(20, 2, 8) SMELT_FMA(21, 2, 9) SMELT_FMA(22, 2, 10) SMELT_FMA(23, 2, 11)   \
  SMELT_FMA(24, 4, 8) SMELT_FMA(25, 4, 9) SMELT_FMA(26, 4, 10) SMELT_FMA(27, 4, 11)   \
  SMELT_FMA(28, 6, 8) SMELT_FMA(29, 6, 9) SMELT_FMA(30, 6, 10) SMELT_FMA(31, 6, 11)   \
  SMELT_FMA(16, 1, 12) SMELT_FMA(17, 1, 13) SMELT_FMA(18, 1, 14) SMELT_FMA(19, 1, 15) \
  SMELT_FMA(20, 3, 12) SMELT_FMA(21, 3, 13) SMELT_FMA(22, 3, 14) SMELT_FMA(23, 3, 15) \
  SMELT_FMA(24, 5, 12) SMELT_FMA(25, 5, 13) SMELT_FMA(26, 5, 14) SMELT_FMA(27, 5, 15) \
  SMELT_FMA(28, 7, 12) SMELT_FMA(29, 7, 13) SMELT_FMA(30, 7, 14) SMELT_FMA(31, 7, 15)
#define SMELT_TAP                                                                   \
  "vldr s0, [%[x0]]\n\t"                                                            \
  "vldr s1, [%[x1]]\n\t"                                                            \
  "vldr s2, [%[x2]]\n\t"                                                            \
  "vldr s3, [%[x3]]\n\t"                                                            \
  "vldmia %[weights], {s8-s11}\n\t"                                                 \
  SMELT_FMA(16, 0, 8) SMELT_FMA(17, 0, 9) SMELT_FMA(18, 0, 10) SMELT_FMA(19, 0, 11) \
  SMELT_FMA(20, 1, 8) SMELT_FMA(21, 1, 9) SMELT_FMA(22, 1, 10) SMELT_FMA(23, 1, 11) \
  SMELT_FMA(24, 2, 8) SMELT_FMA(25, 2, 9) SMELT_FMA(26, 2, 10) SMELT_FMA(27, 2, 11) \
  SMELT_FMA(28, 3, 8) SMELT_FMA(29, 3, 9) SMELT_FMA(30, 3, 10) SMELT_FMA(31, 3, 11)

/// Four taps at a time, the first time two if their number wants it, and the last.
template <>
SMELT_INLINE void add_run<4>(const float *input, int32_t distance, const float *weights,
                             int32_t count, float (&sums)[16]) {
  const float *x1 = input + distance, *x2 = x1 + distance, *x3 = x2 + distance;
  int32_t left = (count + 2) >> 2;
  __asm__ volatile(
      "vldmia %[sums], {s16-s31}\n\t"
      "cmp %[left], #0\n\t"
      "beq 2f\n\t"
      "lsls r12, %[count], #30\n\t"
      "bmi 1f\n"
      "0:\n\t"
      SMELT_TWO_TAPS
      "1:\n\t"
      SMELT_TWO_TAPS
      "subs %[left], #1\n\t"
      "bne 0b\n"
      "2:\n\t"
      "lsls r12, %[count], #31\n\t"
      "beq 3f\n\t"
      SMELT_TAP
      "3:\n\t"
      "vstmia %[sums], {s16-s31}"
      : [x0] "+&r"(input), [x1] "+&r"(x1), [x2] "+&r"(x2), [x3] "+&r"(x3),
        [weights] "+&r"(weights), [left] "+&r"(left)
      : [count] "r"(count), [sums] "r"(sums)
      : "r12", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12",
        "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25",
        "s26", "s27", "s28", "s29", "s30", "s31", "cc", "memory");
}
#undef SMELT_FMA
#undef SMELT_TWO_TAPS
#undef SMELT_TAP
// clang-format on

}  // namespace blocks
}  // namespace smelt

#endif

#endif
