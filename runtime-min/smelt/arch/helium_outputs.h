// SPDX-License-Identifier: Apache-2.0
//
// Outputs of blocks of four channels with Helium, of one pixel or of pairs: dot products and what
// makes outputs of them in one go.
#ifndef SMELT_ARCH_HELIUM_OUTPUTS_H
#define SMELT_ARCH_HELIUM_OUTPUTS_H

#include "smelt/arch/helium.h"

namespace smelt {
namespace helium {

/// What outputs_1 and outputs_2 are given; assembly knows where. `weights` are blocks of four
/// channels, `records` of each {bias of its channels, multiplier of each, shift of each}.
struct block_arguments {
  const int8_t *input_0, *input_1;
  const int8_t *weights;
  const int32_t *records;
  int32_t first, others;  ///< taps of the first vector, vectors after it
  int8_t *output_0, *output_1;
  int32_t blocks;
  int32_t zero_point;
  int32_t rectified;  ///< no output is below the zero point
  int32_t min, max;
  int32_t pairs;                    ///< of pixels, changed by outputs_2 as places are
  int32_t input_step, output_step;  ///< from one pair to the next
};

/// Sums times scale, before the zero point is added: see linear_helium.h.
SMELT_INLINE s32x4 scale(s32x4 sums, const int32_t *record, int32_t rectified) {
  s32x4 product = multiply_high(sums, load_s32(record + 4));
  if (!rectified) product = add(product, sign(sums));
  return shift(product, load_s32(record + 8));
}

/// Outputs of four channels from their sums without bias.
SMELT_INLINE s32x4 finish(s32x4 sums, const int32_t *record, const block_arguments &block) {
  const s32x4 total = add(sums, load_s32(record));
  return clamp(add(scale(total, record, block.rectified), block.zero_point),
               broadcast_s32(block.min), broadcast_s32(block.max));
}

#ifdef __ARM_FEATURE_MVE

/// All outputs of whole blocks of one pixel.
SMELT_ASSEMBLY void outputs_1(block_arguments *) {
  __asm__ volatile(
      "push {r4-r11, lr}\n\t"
      "vpush {d8-d11}\n\t"
      "ldr r1, [r0]\n\t"
      "ldrd r5, r9, [r0, #8]\n\t"
      "ldrd r8, r10, [r0, #16]\n\t"
      "ldr r3, [r0, #24]\n\t"
      "ldrd r12, r11, [r0, #32]\n\t"
      "ldr r2, [r0, #44]\n\t"
      "vdup.32 q4, r2\n\t"
      "ldr r2, [r0, #48]\n\t"
      "vdup.32 q5, r2\n\t"
      "ldr r0, [r0, #40]\n\t"
      "push {r0, r1}\n\t"
      "rsb r8, r8, #16\n\t"
      "vctp.8 r8\n\t"
      "vpnot\n\t"
      "sub r1, r8\n"
      "1:\n\t"
      "mov r7, r1\n\t"
      "vpst\n\t"
      "vldrbt.8 q0, [r7], #16\n\t"
      "vldrb.8 q2, [r5], #16\n\t"
      "vmladav.s8 r0, q0, q2\n\t"
      "vldrb.8 q3, [r5], #16\n\t"
      "vmladav.s8 r2, q0, q3\n\t"
      "vldrb.8 q2, [r5], #16\n\t"
      "vmladav.s8 r4, q0, q2\n\t"
      "vldrb.8 q3, [r5], #16\n\t"
      "vmladav.s8 r6, q0, q3\n\t"
      "wls lr, r10, 3f\n"
      "2:\n\t"
      "vldrb.8 q0, [r7], #16\n\t"
      "vldrb.8 q2, [r5], #16\n\t"
      "vmladava.s8 r0, q0, q2\n\t"
      "vldrb.8 q3, [r5], #16\n\t"
      "vmladava.s8 r2, q0, q3\n\t"
      "vldrb.8 q2, [r5], #16\n\t"
      "vmladava.s8 r4, q0, q2\n\t"
      "vldrb.8 q3, [r5], #16\n\t"
      "vmladava.s8 r6, q0, q3\n\t"
      "le lr, 2b\n"
      "3:\n\t"
      "vldrw.32 q1, [r9]\n\t"
      "vmov q0[2], q0[0], r0, r4\n\t"
      "vmov q0[3], q0[1], r2, r6\n\t"
      "vldrw.32 q2, [r9, #16]\n\t"
      "vadd.i32 q0, q0, q1\n\t"
      "ldr r7, [sp]\n\t"
      "vqrdmulh.s32 q2, q0, q2\n\t"
      "cbnz r7, 4f\n\t"
      "vshr.s32 q0, q0, #31\n\t"
      "vadd.i32 q2, q2, q0\n"
      "4:\n\t"
      "vldrw.32 q1, [r9, #32]\n\t"
      "add r9, #48\n\t"
      "vrshl.s32 q2, q2, q1\n\t"
      "vadd.i32 q2, q2, r11\n\t"
      "vmax.s32 q2, q2, q4\n\t"
      "vmin.s32 q2, q2, q5\n\t"
      "subs r12, #1\n\t"
      "vstrb.32 q2, [r3], #4\n\t"
      "bne 1b\n\t"
      "pop {r0, r1}\n\t"
      "vpop {d8-d11}\n\t"
      "pop {r4-r11, pc}"
      :
      :
      : "memory");
}

/// All outputs of whole blocks of pairs of pixels. All eight even registers are sums, none is left
/// for a loop counter of the hardware's.
SMELT_ASSEMBLY void outputs_2(block_arguments *) {
  __asm__ volatile(
      "push {r4-r11, lr}\n\t"
      "vpush {d8-d11}\n\t"
      "mov r11, r0\n\t"
      "sub sp, #24\n\t"
      "ldr r2, [r0, #44]\n\t"
      "vdup.32 q4, r2\n\t"
      "ldr r2, [r0, #48]\n\t"
      "vdup.32 q5, r2\n\t"
      "ldrd r2, r7, [r0, #16]\n\t"
      "rsb r2, r2, #16\n\t"
      "vctp.8 r2\n\t"
      "vpnot\n\t"
      "ldrd r1, r3, [r0]\n\t"
      "sub r1, r2\n\t"
      "sub r3, r2\n\t"
      "strd r1, r3, [r0]\n\t"
      "adr r3, 3f\n\t"
      "cbz r7, 6f\n\t"
      "adr r3, 2f\n\t"
      "rsb r2, r7, #0\n\t"
      "and r2, r2, #3\n\t"
      "mov r1, #56\n\t"
      "mla r3, r2, r1, r3\n\t"
      "adds r7, #3\n\t"
      "lsrs r7, r7, #2\n"
      "6:\n\t"
      "add r3, #1\n\t"
      "str r3, [sp, #12]\n\t"
      "str r7, [sp, #16]\n"
      "5:\n\t"
      "ldrd r5, r9, [r11, #8]\n\t"
      "ldrd r1, r3, [r11, #24]\n\t"
      "ldr r7, [r11, #32]\n\t"
      "add r7, r1, r7, lsl #2\n\t"
      "strd r1, r3, [sp]\n\t"
      "str r7, [sp, #8]\n"
      "1:\n\t"
      "ldr r7, [sp, #16]\n\t"
      "ldrd r1, r3, [r11]\n\t"
      "vpstt\n\t"
      "vldrbt.8 q0, [r1], #16\n\t"
      "vldrbt.8 q1, [r3], #16\n\t"
      "vldrb.8 q2, [r5], #16\n\t"
      "vmladav.s8 r0, q0, q2\n\t"
      "vldrb.8 q3, [r5], #16\n\t"
      "vmladav.s8 r8, q1, q2\n\t"
      "vmladav.s8 r2, q0, q3\n\t"
      "vldrb.8 q2, [r5], #16\n\t"
      "vmladav.s8 r10, q1, q3\n\t"
      "vmladav.s8 r4, q0, q2\n\t"
      "vldrb.8 q3, [r5], #16\n\t"
      "vmladav.s8 r12, q1, q2\n\t"
      "vmladav.s8 r6, q0, q3\n\t"
      "vmladav.s8 lr, q1, q3\n\t"
      "ldr pc, [sp, #12]\n"
      "2:\n\t"
      ".rept 4\n\t"
      "vldrb.8 q0, [r1], #16\n\t"
      "vldrb.8 q2, [r5], #16\n\t"
      "vmladava.s8 r0, q0, q2\n\t"
      "vldrb.8 q1, [r3], #16\n\t"
      "vmladava.s8 r8, q1, q2\n\t"
      "vldrb.8 q3, [r5], #16\n\t"
      "vmladava.s8 r2, q0, q3\n\t"
      "vldrb.8 q2, [r5], #16\n\t"
      "vmladava.s8 r10, q1, q3\n\t"
      "vmladava.s8 r4, q0, q2\n\t"
      "vldrb.8 q3, [r5], #16\n\t"
      "vmladava.s8 r12, q1, q2\n\t"
      "vmladava.s8 r6, q0, q3\n\t"
      "vmladava.s8 lr, q1, q3\n\t"
      ".endr\n\t"
      "subs r7, #1\n\t"
      "bne 2b\n"
      "3:\n\t"
      "vmov q0[2], q0[0], r0, r4\n\t"
      "vmov q1[2], q1[0], r8, r12\n\t"
      "vldrw.32 q2, [r9], #48\n\t"
      "vmov q0[3], q0[1], r2, r6\n\t"
      "vmov q1[3], q1[1], r10, lr\n\t"
      "vldrw.32 q3, [r9, #-32]\n\t"
      "vadd.i32 q0, q0, q2\n\t"
      "ldrd r4, r7, [r11, #36]\n\t"
      "vadd.i32 q1, q1, q2\n\t"
      "ldrd r0, r2, [sp]\n\t"
      "vqrdmulh.s32 q2, q0, q3\n\t"
      "vqrdmulh.s32 q3, q1, q3\n\t"
      "cbnz r7, 4f\n\t"
      "vshr.s32 q0, q0, #31\n\t"
      "vshr.s32 q1, q1, #31\n\t"
      "vadd.i32 q2, q2, q0\n\t"
      "vadd.i32 q3, q3, q1\n"
      "4:\n\t"
      "vldrw.32 q0, [r9, #-16]\n\t"
      "vrshl.s32 q2, q2, q0\n\t"
      "vrshl.s32 q3, q3, q0\n\t"
      "vadd.i32 q2, q2, r4\n\t"
      "vadd.i32 q3, q3, r4\n\t"
      "vmax.s32 q2, q2, q4\n\t"
      "vmax.s32 q3, q3, q4\n\t"
      "vmin.s32 q2, q2, q5\n\t"
      "ldr r6, [sp, #8]\n\t"
      "vmin.s32 q3, q3, q5\n\t"
      "vstrb.32 q2, [r0], #4\n\t"
      "vstrb.32 q3, [r2], #4\n\t"
      "strd r0, r2, [sp]\n\t"
      "cmp r0, r6\n\t"
      "bne 1b\n\t"
      "ldrd r1, r3, [r11]\n\t"
      "ldrd r5, r7, [r11, #52]\n\t"
      "add r1, r7\n\t"
      "add r3, r7\n\t"
      "ldr r7, [r11, #60]\n\t"
      "strd r1, r3, [r11]\n\t"
      "ldrd r1, r3, [r11, #24]\n\t"
      "add r1, r7\n\t"
      "add r3, r7\n\t"
      "strd r1, r3, [r11, #24]\n\t"
      "subs r5, #1\n\t"
      "str r5, [r11, #52]\n\t"
      "bne 5b\n\t"
      "add sp, #24\n\t"
      "vpop {d8-d11}\n\t"
      "pop {r4-r11, pc}"
      :
      :
      : "memory");
}

#else

static inline void outputs_1(block_arguments *block) {
  const int32_t taps = block->first + block->others * vector_bytes;
  const int8_t *weights = block->weights;
  for (int32_t i = 0; i < block->blocks; ++i, weights += 4 * row_bytes(taps))
    store_bytes(
        block->output_0 + 4 * i,
        finish(dot_4(block->input_0, weights, taps), block->records + record_words * i, *block), 4);
}

static inline void outputs_2(block_arguments *block) {
  for (; block->pairs > 0; --block->pairs) {
    outputs_1(block);
    block_arguments second = *block;
    second.input_0 = block->input_1, second.output_0 = block->output_1;
    outputs_1(&second);
    block->input_0 += block->input_step, block->input_1 += block->input_step;
    block->output_0 += block->output_step, block->output_1 += block->output_step;
  }
}

#endif

}  // namespace helium
}  // namespace smelt

#endif
