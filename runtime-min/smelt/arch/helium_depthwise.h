// SPDX-License-Identifier: Apache-2.0
//
// Outputs of a depthwise convolution with Helium, in blocks of 16.
//
// Two products fit 16 bits, and pairs of taps are widened once: even lanes and odd ones apart, and
// the same again. So the four records of a block are those of lanes 0, 4, 8, 12; of 2, 6, ...; of
// 1, 5, ...; of 3, 7, ...
#ifndef SMELT_ARCH_HELIUM_DEPTHWISE_H
#define SMELT_ARCH_HELIUM_DEPTHWISE_H

#include "smelt/arch/helium.h"

namespace smelt {
namespace helium {

/// What depthwise_outputs is given; assembly knows where. Outputs are in blocks of 16, of which the
/// last of a group may be short; weights are [block][tap][16], records four of a block.
struct depthwise_arguments {
  const int8_t **inputs;  ///< of the first output, of each tap; those of the next outputs follow
  const int8_t *weights;
  const int32_t *records;
  int32_t pairs, odd;  ///< taps: two each, and one more or none
  int32_t groups;      ///< of outputs with the same weights
  int32_t count;       ///< outputs of one
  int32_t distance;    ///< from the end of a group's last block of inputs to the next group
  int8_t *output;
  int32_t zero_point;
  int32_t plain;  ///< outputs of the whole range, none below the zero point
  int32_t min, max;
};

#ifdef __ARM_FEATURE_MVE

// The steps of depthwise_outputs: a pair of taps, a single one, their sums widened; four scaled
// sums, and 16 of them as bytes.
#define SMELT_HELIUM_PAIR(load)   \
  "ldrd r1, r3, [r4]\n\t" load    \
  ".8 q0, [r1], #16\n\t"          \
  "vldrb.8 q1, [r5], #16\n\t"     \
  "vmullb.s8 q2, q0, q1\n\t"      \
  "vmullt.s8 q3, q0, q1\n\t" load \
  ".8 q0, [r3]\n\t"               \
  "vldrb.8 q1, [r5], #16\n\t"     \
  "vmullb.s8 q0, q0, q1\n\t"      \
  "vadd.i16 q2, q2, q0\n\t" load  \
  ".8 q0, [r3], #16\n\t"          \
  "strd r1, r3, [r4], #8\n\t"     \
  "vmullt.s8 q0, q0, q1\n\t"      \
  "vadd.i16 q3, q3, q0\n\t"
#define SMELT_HELIUM_TAP(load) \
  "ldr r1, [r4]\n\t" load      \
  ".8 q0, [r1], #16\n\t"       \
  "vldrb.8 q1, [r5], #16\n\t"  \
  "vmullb.s8 q2, q0, q1\n\t"   \
  "vmullt.s8 q3, q0, q1\n\t"   \
  "str r1, [r4], #4\n\t"
#define SMELT_HELIUM_WIDEN  \
  "vmovlb.s16 q0, q2\n\t"   \
  "vmovlt.s16 q2, q2\n\t"   \
  "vadd.i32 q4, q4, q0\n\t" \
  "vadd.i32 q5, q5, q2\n\t" \
  "vmovlb.s16 q0, q3\n\t"   \
  "vmovlt.s16 q3, q3\n\t"   \
  "vadd.i32 q6, q6, q0\n\t" \
  "vadd.i32 q7, q7, q3\n\t"
#define SMELT_HELIUM_SCALE(sums, multiplier, shift) \
  "vldrw.32 q0, [r9, #" multiplier                  \
  "]\n\t"                                           \
  "vqrdmulh.s32 " sums ", " sums                    \
  ", q0\n\t"                                        \
  "vldrw.32 q1, [r9, #" shift                       \
  "]\n\t"                                           \
  "vrshl.s32 " sums ", " sums ", q1\n\t"
#define SMELT_HELIUM_SCALE_SIGNED(sums, multiplier, shift) \
  "vldrw.32 q0, [r9, #" multiplier                         \
  "]\n\t"                                                  \
  "vshr.s32 q1, " sums                                     \
  ", #31\n\t"                                              \
  "vqrdmulh.s32 " sums ", " sums                           \
  ", q0\n\t"                                               \
  "vldrw.32 q0, [r9, #" shift                              \
  "]\n\t"                                                  \
  "vadd.i32 " sums ", " sums                               \
  ", q1\n\t"                                               \
  "vrshl.s32 " sums ", " sums ", q0\n\t"
#define SMELT_HELIUM_NARROW  \
  "vqmovnb.s32 q0, q4\n\t"   \
  "vqmovnb.s32 q1, q6\n\t"   \
  "vqmovnt.s32 q0, q5\n\t"   \
  "vqmovnt.s32 q1, q7\n\t"   \
  "vqadd.s16 q0, q0, r8\n\t" \
  "vqadd.s16 q1, q1, r8\n\t" \
  "vqmovnb.s16 q0, q0\n\t"   \
  "vqmovnt.s16 q0, q1\n\t"

/// All outputs of several pixels of a depthwise convolution.
SMELT_ASSEMBLY void depthwise_outputs(depthwise_arguments *) {
  // clang-format off
  __asm__ volatile(
      "push {r4-r11, lr}\n\t"
      "vpush {d8-d15}\n\t"
      "mov r11, r0\n\t"
      "ldr r12, [r11, #12]\n\t"
      "ldrd r6, r8, [r11, #32]\n\t"
      "ldrd r0, r2, [r11, #44]\n\t"
      "1:\n\t"
      "ldrd r5, r9, [r11, #4]\n\t"
      "ldr r10, [r11, #24]\n\t"
      "2:\n\t"
      "ldr r4, [r11]\n\t"
      "vldrw.32 q4, [r9], #192\n\t"
      "vldrw.32 q5, [r9, #-144]\n\t"
      "vldrw.32 q6, [r9, #-96]\n\t"
      "vldrw.32 q7, [r9, #-48]\n\t"
      "ldr r7, [r11, #16]\n\t"
      "cmp r10, #16\n\t"
      "blt 5f\n\t"
      "wls lr, r12, 4f\n\t"
      "3:\n\t"
      SMELT_HELIUM_PAIR("vldrb")
      SMELT_HELIUM_WIDEN
      "le lr, 3b\n\t"
      "4:\n\t"
      "cbz r7, 8f\n\t"
      SMELT_HELIUM_TAP("vldrb")
      SMELT_HELIUM_WIDEN
      "8:\n\t"
      "ldr r7, [r11, #40]\n\t"
      "cmp r7, #0\n\t"
      "beq 9f\n\t"
      SMELT_HELIUM_SCALE("q4", "-176", "-160")
      SMELT_HELIUM_SCALE("q5", "-128", "-112")
      SMELT_HELIUM_SCALE("q6", "-80", "-64")
      SMELT_HELIUM_SCALE("q7", "-32", "-16")
      SMELT_HELIUM_NARROW
      "10:\n\t"
      "subs r10, #16\n\t"
      "blt 11f\n\t"
      "vstrb.8 q0, [r6], #16\n\t"
      "bne 2b\n\t"
      "b 12f\n\t"
      "11:\n\t"
      "add r10, #16\n\t"
      "vctp.8 r10\n\t"
      "vpst\n\t"
      "vstrbt.8 q0, [r6]\n\t"
      "add r6, r10\n\t"
      "12:\n\t"
      "ldr r3, [r11, #28]\n\t"
      "cbz r3, 14f\n\t"
      "ldr r7, [r11]\n\t"
      "13:\n\t"
      "ldr r1, [r7]\n\t"
      "add r1, r3\n\t"
      "str r1, [r7], #4\n\t"
      "cmp r7, r4\n\t"
      "bne 13b\n\t"
      "14:\n\t"
      "ldr r3, [r11, #20]\n\t"
      "subs r3, #1\n\t"
      "str r3, [r11, #20]\n\t"
      "bne 1b\n\t"
      "vpop {d8-d15}\n\t"
      "pop {r4-r11, pc}\n\t"
      "5:\n\t"
      "vctp.8 r10\n\t"
      "wls lr, r12, 7f\n\t"
      "6:\n\t"
      SMELT_HELIUM_PAIR("vpst\n\tvldrbt")
      SMELT_HELIUM_WIDEN
      "le lr, 6b\n\t"
      "7:\n\t"
      "cmp r7, #0\n\t"
      "beq 8b\n\t"
      SMELT_HELIUM_TAP("vpst\n\tvldrbt")
      SMELT_HELIUM_WIDEN
      "b 8b\n\t"
      "9:\n\t"
      SMELT_HELIUM_SCALE_SIGNED("q4", "-176", "-160")
      SMELT_HELIUM_SCALE_SIGNED("q5", "-128", "-112")
      SMELT_HELIUM_SCALE_SIGNED("q6", "-80", "-64")
      SMELT_HELIUM_SCALE_SIGNED("q7", "-32", "-16")
      SMELT_HELIUM_NARROW
      "vdup.8 q2, r0\n\t"
      "vdup.8 q3, r2\n\t"
      "vmax.s8 q0, q0, q2\n\t"
      "vmin.s8 q0, q0, q3\n\t"
      "b 10b\n\t"
      :
      :
      : "memory");
  // clang-format on
}

#undef SMELT_HELIUM_PAIR
#undef SMELT_HELIUM_TAP
#undef SMELT_HELIUM_WIDEN
#undef SMELT_HELIUM_SCALE
#undef SMELT_HELIUM_SCALE_SIGNED
#undef SMELT_HELIUM_NARROW

#else

static inline void depthwise_outputs(depthwise_arguments *block) {
  const int32_t taps = 2 * block->pairs + block->odd;
  const int32_t blocks = (block->count + vector_bytes - 1) / vector_bytes;
  for (int32_t group = 0, offset = 0; group < block->groups; ++group, offset += block->distance)
    for (int32_t i = 0; i < blocks; ++i, offset += vector_bytes)
      for (int32_t k = 0; k < vector_bytes && k < block->count - vector_bytes * i; ++k) {
        const int32_t quarter = (k & 1) * 2 + (k >> 1 & 1);
        const int32_t *const record = block->records + (4 * i + quarter) * record_words + k / 4;
        int32_t sum = record[0];
        for (int32_t tap = 0; tap < taps; ++tap)
          sum +=
              block->inputs[tap][offset + k] * block->weights[(i * taps + tap) * vector_bytes + k];
        *block->output++ = static_cast<int8_t>(smelt::clamp(
            requantize(sum, record[4], record[8]) + block->zero_point, block->min, block->max));
      }
}

#endif

}  // namespace helium
}  // namespace smelt

#endif
