// SPDX-License-Identifier: Apache-2.0
//
// What kernels need of Arm's vectors of 128 bits (MVE, "Helium"), and the same in plain C++ where
// there are none.
//
// Weights of dot products lie in blocks of four channels, [vector][channel][16]: every vector of
// inputs is read once for four sums. Where the taps do not fill whole vectors it is the first one
// that is short: that of the vector without a sum before it. Its other weights are zeros.
#ifndef SMELT_ARCH_HELIUM_H
#define SMELT_ARCH_HELIUM_H

#include "smelt/fixed_point.h"
#include "smelt/runtime.h"

#ifdef __ARM_FEATURE_MVE
#include <arm_mve.h>
#endif

namespace smelt {
namespace helium {

constexpr int32_t vector_bytes = 16;
/// Of a block of four channels.
constexpr int32_t record_words = 12;

/// Taps in the first vector of so many: the others are whole.
SMELT_INLINE int32_t first_taps(int32_t taps) {
  return (taps - 1) % vector_bytes + 1;
}

/// Bytes of a row of so many weights.
SMELT_INLINE int32_t row_bytes(int32_t taps) {
  return (taps + vector_bytes - 1) / vector_bytes * vector_bytes;
}

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
};

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
  int32_t rectified;
  int32_t min, max;
};

#ifdef __ARM_FEATURE_MVE

using s8x16 = int8x16_t;
using s32x4 = int32x4_t;

SMELT_INLINE s32x4 load_s32(const int32_t *from) {
  return vldrwq_s32(from);
}
SMELT_INLINE void store_s32(int32_t *to, s32x4 a) {
  vstrwq_s32(to, a);
}
SMELT_INLINE s32x4 broadcast_s32(int32_t value) {
  return vdupq_n_s32(value);
}
SMELT_INLINE s32x4 add(s32x4 a, s32x4 b) {
  return vaddq_s32(a, b);
}
SMELT_INLINE s32x4 add(s32x4 a, int32_t b) {
  return vaddq_n_s32(a, b);
}
SMELT_INLINE s32x4 subtract(s32x4 a, int32_t b) {
  return vsubq_n_s32(a, b);
}
SMELT_INLINE s32x4 clamp(s32x4 a, s32x4 min, s32x4 max) {
  return vminq_s32(vmaxq_s32(a, min), max);
}
/// 0 or -1.
SMELT_INLINE s32x4 sign(s32x4 a) {
  return vshrq_n_s32(a, 31);
}
SMELT_INLINE s32x4 multiply_high(s32x4 a, s32x4 b) {
  return vqrdmulhq_s32(a, b);
}
SMELT_INLINE s32x4 multiply_high(s32x4 a, int32_t b) {
  return vqrdmulhq_n_s32(a, b);
}
/// To the left; negative: to the right, half up.
SMELT_INLINE s32x4 shift(s32x4 a, s32x4 by) {
  return vrshlq_s32(a, by);
}
SMELT_INLINE s32x4 shift(s32x4 a, int32_t by) {
  return vrshlq_n_s32(a, by);
}
/// The low bytes of four lanes.
SMELT_INLINE void store_bytes(int8_t *to, s32x4 a) {
  vstrbq_s32(to, a);
}
SMELT_INLINE void store_bytes(int8_t *to, s32x4 a, int32_t count) {
  vstrbq_p_s32(to, a, vctp32q(static_cast<uint32_t>(count)));
}
/// Four bytes, widened.
SMELT_INLINE s32x4 load_bytes(const int8_t *from) {
  return vldrbq_s32(from);
}
SMELT_INLINE s32x4 load_bytes(const int8_t *from, int32_t count) {
  return vldrbq_z_s32(from, vctp32q(static_cast<uint32_t>(count)));
}

SMELT_INLINE s8x16 load_s8(const int8_t *from) {
  return vldrbq_s8(from);
}
/// The first `count` lanes; nothing is read for the others, which are 0.
SMELT_INLINE s8x16 load_s8(const int8_t *from, int32_t count) {
  return vldrbq_z_s8(from, vctp8q(static_cast<uint32_t>(count)));
}
/// Copies bytes.
SMELT_INLINE void copy(int8_t *to, const int8_t *from, int32_t count) {
  asm volatile(
      "wlstp.8 lr, %[count], 2f\n"
      "1:\n\t"
      "vldrb.8 q0, [%[from]], #16\n\t"
      "vstrb.8 q0, [%[to]], #16\n\t"
      "letp lr, 1b\n"
      "2:"
      : [to] "+r"(to), [from] "+r"(from)
      : [count] "r"(count)
      : "lr", "q0", "cc", "memory");
}

/// Sums of products of `taps` inputs with a block of four channels.
SMELT_INLINE s32x4 dot_4(const int8_t *input, const int8_t *weights, int32_t taps) {
  int32_t sums[4] = {0, 0, 0, 0};
  int32_t count = first_taps(taps);
  for (; taps > 0; taps -= count, input += count, count = vector_bytes) {
    const s8x16 x = load_s8(input, count);
    for (int32_t i = 0; i < 4; ++i, weights += vector_bytes)
      sums[i] = vmladavaq_s8(sums[i], x, load_s8(weights));
  }
  return load_s32(sums);
}

/// The sum of one channel: its weights are a row of whole vectors, as in a block.
SMELT_INLINE int32_t dot_1(const int8_t *input, const int8_t *weights, int32_t taps) {
  s8x16 x = load_s8(input, first_taps(taps));
  int32_t sum = vmladavq_s8(x, load_s8(weights));
  for (int32_t i = first_taps(taps); i < taps; i += vector_bytes) {
    weights += vector_bytes;
    sum = vmladavaq_s8(sum, load_s8(input + i), load_s8(weights));
  }
  return sum;
}

// Assembly, for compilers do not keep a block of sums in the even registers, the only ones that
// VMLADAV sums in. Other compilers' optimizers take nothing for granted of what they do not see;
// GCC is told not to.
#ifdef __clang__
#define SMELT_ASSEMBLY __attribute__((naked, noinline, unused))
#else
#define SMELT_ASSEMBLY __attribute__((naked, noipa, unused))
#endif

/// All outputs of whole blocks of one pixel.
SMELT_ASSEMBLY static void outputs_1(block_arguments *) {
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
      "push {r0, r1}\n"
      "1:\n\t"
      "vctp.8 r8\n\t"
      "vpst\n\t"
      "vldrbt.8 q0, [r1]\n\t"
      "vldrb.8 q2, [r5], #16\n\t"
      "vmladav.s8 r0, q0, q2\n\t"
      "vldrb.8 q3, [r5], #16\n\t"
      "vmladav.s8 r2, q0, q3\n\t"
      "vldrb.8 q2, [r5], #16\n\t"
      "vmladav.s8 r4, q0, q2\n\t"
      "vldrb.8 q3, [r5], #16\n\t"
      "vmladav.s8 r6, q0, q3\n\t"
      "add r7, r1, r8\n\t"
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

/// All outputs of whole blocks of two pixels. All eight even registers are sums, none is left for
/// a loop counter of the hardware's.
SMELT_ASSEMBLY static void outputs_2(block_arguments *) {
  __asm__ volatile(
      "push {r4-r11, lr}\n\t"
      "vpush {d8-d11}\n\t"
      "mov r11, r0\n\t"
      "ldrd r1, r3, [r0, #24]\n\t"
      "ldr r7, [r0, #32]\n\t"
      "add r7, r1, r7, lsl #2\n\t"
      "push {r1, r3, r7, lr}\n\t"
      "ldrd r5, r9, [r0, #8]\n\t"
      "ldr r2, [r0, #44]\n\t"
      "vdup.32 q4, r2\n\t"
      "ldr r2, [r0, #48]\n\t"
      "vdup.32 q5, r2\n"
      "1:\n\t"
      "ldrd lr, r7, [r11, #16]\n\t"
      "ldrd r1, r3, [r11]\n\t"
      "vctp.8 lr\n\t"
      "vpstt\n\t"
      "vldrbt.8 q0, [r1]\n\t"
      "vldrbt.8 q1, [r3]\n\t"
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
      "add r1, lr\n\t"
      "add r3, lr\n\t"
      "vmladav.s8 r6, q0, q3\n\t"
      "vmladav.s8 lr, q1, q3\n\t"
      "cbz r7, 3f\n"
      "2:\n\t"
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
      "subs r7, #1\n\t"
      "vmladava.s8 r6, q0, q3\n\t"
      "vmladava.s8 lr, q1, q3\n\t"
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
      "add sp, #16\n\t"
      "vpop {d8-d11}\n\t"
      "pop {r4-r11, pc}"
      :
      :
      : "memory");
}

/// All outputs of several pixels of a depthwise convolution.
SMELT_ASSEMBLY static void depthwise_outputs(depthwise_arguments *) {
  __asm__ volatile(
      "push {r4-r11, lr}\n\t"
      "vpush {d8-d15}\n\t"
      "mov r11, r0\n\t"
      "ldr r12, [r11, #12]\n\t"
      "ldrd r6, r8, [r11, #32]\n\t"
      "ldrd r0, r2, [r11, #44]\n"
      "1:\n\t"
      "ldrd r5, r9, [r11, #4]\n\t"
      "ldr r10, [r11, #24]\n"
      "2:\n\t"
      "ldr r4, [r11]\n\t"
      "vldrw.32 q4, [r9]\n\t"
      "vldrw.32 q5, [r9, #48]\n\t"
      "vldrw.32 q6, [r9, #96]\n\t"
      "vldrw.32 q7, [r9, #144]\n\t"
      "ldr r7, [r11, #16]\n\t"
      "cmp r10, #16\n\t"
      "blt 5f\n\t"
      "wls lr, r12, 4f\n"
      "3:\n\t"
      "ldrd r1, r3, [r4]\n\t"
      "vldrb.8 q0, [r1], #16\n\t"
      "vldrb.8 q1, [r5], #16\n\t"
      "vmullb.s8 q2, q0, q1\n\t"
      "vmullt.s8 q3, q0, q1\n\t"
      "vldrb.8 q0, [r3]\n\t"
      "vldrb.8 q1, [r5], #16\n\t"
      "vmullb.s8 q0, q0, q1\n\t"
      "vadd.i16 q2, q2, q0\n\t"
      "vldrb.8 q0, [r3], #16\n\t"
      "strd r1, r3, [r4], #8\n\t"
      "vmullt.s8 q0, q0, q1\n\t"
      "vadd.i16 q3, q3, q0\n\t"
      "vmovlb.s16 q0, q2\n\t"
      "vmovlt.s16 q2, q2\n\t"
      "vadd.i32 q4, q4, q0\n\t"
      "vadd.i32 q5, q5, q2\n\t"
      "vmovlb.s16 q0, q3\n\t"
      "vmovlt.s16 q3, q3\n\t"
      "vadd.i32 q6, q6, q0\n\t"
      "vadd.i32 q7, q7, q3\n\t"
      "le lr, 3b\n"
      "4:\n\t"
      "cbz r7, 15f\n\t"
      "ldr r1, [r4]\n\t"
      "vldrb.8 q0, [r1], #16\n\t"
      "vldrb.8 q1, [r5], #16\n\t"
      "vmullb.s8 q2, q0, q1\n\t"
      "vmullt.s8 q3, q0, q1\n\t"
      "str r1, [r4], #4\n\t"
      "vmovlb.s16 q0, q2\n\t"
      "vmovlt.s16 q2, q2\n\t"
      "vadd.i32 q4, q4, q0\n\t"
      "vadd.i32 q5, q5, q2\n\t"
      "vmovlb.s16 q0, q3\n\t"
      "vmovlt.s16 q3, q3\n\t"
      "vadd.i32 q6, q6, q0\n\t"
      "vadd.i32 q7, q7, q3\n"
      "15:\n\t"
      "b 8f\n"
      "5:\n\t"
      "vctp.8 r10\n\t"
      "wls lr, r12, 7f\n"
      "6:\n\t"
      "ldrd r1, r3, [r4]\n\t"
      "vpst\n\t"
      "vldrbt.8 q0, [r1], #16\n\t"
      "vldrb.8 q1, [r5], #16\n\t"
      "vmullb.s8 q2, q0, q1\n\t"
      "vmullt.s8 q3, q0, q1\n\t"
      "vpst\n\t"
      "vldrbt.8 q0, [r3]\n\t"
      "vldrb.8 q1, [r5], #16\n\t"
      "vmullb.s8 q0, q0, q1\n\t"
      "vadd.i16 q2, q2, q0\n\t"
      "vpst\n\t"
      "vldrbt.8 q0, [r3], #16\n\t"
      "strd r1, r3, [r4], #8\n\t"
      "vmullt.s8 q0, q0, q1\n\t"
      "vadd.i16 q3, q3, q0\n\t"
      "vmovlb.s16 q0, q2\n\t"
      "vmovlt.s16 q2, q2\n\t"
      "vadd.i32 q4, q4, q0\n\t"
      "vadd.i32 q5, q5, q2\n\t"
      "vmovlb.s16 q0, q3\n\t"
      "vmovlt.s16 q3, q3\n\t"
      "vadd.i32 q6, q6, q0\n\t"
      "vadd.i32 q7, q7, q3\n\t"
      "le lr, 6b\n"
      "7:\n\t"
      "cbz r7, 8f\n\t"
      "ldr r1, [r4]\n\t"
      "vpst\n\t"
      "vldrbt.8 q0, [r1], #16\n\t"
      "vldrb.8 q1, [r5], #16\n\t"
      "vmullb.s8 q2, q0, q1\n\t"
      "vmullt.s8 q3, q0, q1\n\t"
      "str r1, [r4], #4\n\t"
      "vmovlb.s16 q0, q2\n\t"
      "vmovlt.s16 q2, q2\n\t"
      "vadd.i32 q4, q4, q0\n\t"
      "vadd.i32 q5, q5, q2\n\t"
      "vmovlb.s16 q0, q3\n\t"
      "vmovlt.s16 q3, q3\n\t"
      "vadd.i32 q6, q6, q0\n\t"
      "vadd.i32 q7, q7, q3\n"
      "8:\n\t"
      "ldr r7, [r11, #40]\n\t"
      "cbz r7, 9f\n\t"
      "vldrw.32 q0, [r9, #16]\n\t"
      "vqrdmulh.s32 q4, q4, q0\n\t"
      "vldrw.32 q1, [r9, #32]\n\t"
      "vrshl.s32 q4, q4, q1\n\t"
      "vldrw.32 q0, [r9, #64]\n\t"
      "vqrdmulh.s32 q5, q5, q0\n\t"
      "vldrw.32 q1, [r9, #80]\n\t"
      "vrshl.s32 q5, q5, q1\n\t"
      "vldrw.32 q0, [r9, #112]\n\t"
      "vqrdmulh.s32 q6, q6, q0\n\t"
      "vldrw.32 q1, [r9, #128]\n\t"
      "vrshl.s32 q6, q6, q1\n\t"
      "vldrw.32 q0, [r9, #160]\n\t"
      "vqrdmulh.s32 q7, q7, q0\n\t"
      "vldrw.32 q1, [r9, #176]\n\t"
      "vrshl.s32 q7, q7, q1\n\t"
      "b 10f\n"
      "9:\n\t"
      "vldrw.32 q0, [r9, #16]\n\t"
      "vshr.s32 q1, q4, #31\n\t"
      "vqrdmulh.s32 q4, q4, q0\n\t"
      "vldrw.32 q0, [r9, #32]\n\t"
      "vadd.i32 q4, q4, q1\n\t"
      "vrshl.s32 q4, q4, q0\n\t"
      "vldrw.32 q0, [r9, #64]\n\t"
      "vshr.s32 q1, q5, #31\n\t"
      "vqrdmulh.s32 q5, q5, q0\n\t"
      "vldrw.32 q0, [r9, #80]\n\t"
      "vadd.i32 q5, q5, q1\n\t"
      "vrshl.s32 q5, q5, q0\n\t"
      "vldrw.32 q0, [r9, #112]\n\t"
      "vshr.s32 q1, q6, #31\n\t"
      "vqrdmulh.s32 q6, q6, q0\n\t"
      "vldrw.32 q0, [r9, #128]\n\t"
      "vadd.i32 q6, q6, q1\n\t"
      "vrshl.s32 q6, q6, q0\n\t"
      "vldrw.32 q0, [r9, #160]\n\t"
      "vshr.s32 q1, q7, #31\n\t"
      "vqrdmulh.s32 q7, q7, q0\n\t"
      "vldrw.32 q0, [r9, #176]\n\t"
      "vadd.i32 q7, q7, q1\n\t"
      "vrshl.s32 q7, q7, q0\n"
      "10:\n\t"
      "add r9, #192\n\t"
      "vqmovnb.s32 q0, q4\n\t"
      "vqmovnb.s32 q1, q6\n\t"
      "vqmovnt.s32 q0, q5\n\t"
      "vqmovnt.s32 q1, q7\n\t"
      "vdup.8 q2, r0\n\t"
      "vqadd.s16 q0, q0, r8\n\t"
      "vqadd.s16 q1, q1, r8\n\t"
      "vdup.8 q3, r2\n\t"
      "vqmovnb.s16 q0, q0\n\t"
      "vqmovnt.s16 q0, q1\n\t"
      "vmax.s8 q0, q0, q2\n\t"
      "vmin.s8 q0, q0, q3\n\t"
      "subs r10, #16\n\t"
      "blt 11f\n\t"
      "vstrb.8 q0, [r6], #16\n\t"
      "bne 2b\n\t"
      "b 12f\n"
      "11:\n\t"
      "add r10, #16\n\t"
      "vctp.8 r10\n\t"
      "vpst\n\t"
      "vstrbt.8 q0, [r6]\n\t"
      "add r6, r10\n"
      "12:\n\t"
      "ldr r3, [r11, #28]\n\t"
      "cbz r3, 14f\n\t"
      "ldr r7, [r11]\n"
      "13:\n\t"
      "ldr r1, [r7]\n\t"
      "add r1, r3\n\t"
      "str r1, [r7], #4\n\t"
      "cmp r7, r4\n\t"
      "bne 13b\n"
      "14:\n\t"
      "ldr r3, [r11, #20]\n\t"
      "subs r3, #1\n\t"
      "str r3, [r11, #20]\n\t"
      "bne 1b\n\t"
      "vpop {d8-d15}\n\t"
      "pop {r4-r11, pc}"
      :
      :
      : "memory");
}

#undef SMELT_ASSEMBLY

#else

struct s32x4 {
  int32_t lane[4];
};

/// Lane i is function(i).
template <typename Function>
SMELT_INLINE s32x4 lanes(const Function &function) {
  return {{function(0), function(1), function(2), function(3)}};
}

SMELT_INLINE s32x4 load_s32(const int32_t *from) {
  return lanes([&](int32_t i) { return from[i]; });
}
SMELT_INLINE void store_s32(int32_t *to, s32x4 a) {
  for (int32_t i = 0; i < 4; ++i) to[i] = a.lane[i];
}
SMELT_INLINE s32x4 broadcast_s32(int32_t value) {
  return lanes([&](int32_t) { return value; });
}
SMELT_INLINE s32x4 add(s32x4 a, s32x4 b) {
  return lanes([&](int32_t i) { return a.lane[i] + b.lane[i]; });
}
SMELT_INLINE s32x4 add(s32x4 a, int32_t b) {
  return add(a, broadcast_s32(b));
}
SMELT_INLINE s32x4 clamp(s32x4 a, s32x4 min, s32x4 max) {
  return lanes([&](int32_t i) { return smelt::clamp(a.lane[i], min.lane[i], max.lane[i]); });
}
SMELT_INLINE s32x4 sign(s32x4 a) {
  return lanes([&](int32_t i) { return a.lane[i] >> 31; });
}
SMELT_INLINE s32x4 multiply_high(s32x4 a, s32x4 b) {
  return lanes([&](int32_t i) { return smelt::multiply_high(a.lane[i], b.lane[i]); });
}
SMELT_INLINE s32x4 shift(s32x4 a, s32x4 by) {
  return lanes([&](int32_t i) {
    const int32_t right = -by.lane[i];
    if (right <= 0) return shift_left(a.lane[i], -right);
    return ((a.lane[i] >> (right - 1)) + 1) >> 1;
  });
}
SMELT_INLINE s32x4 subtract(s32x4 a, int32_t b) {
  return add(a, broadcast_s32(-b));
}
SMELT_INLINE s32x4 multiply_high(s32x4 a, int32_t b) {
  return multiply_high(a, broadcast_s32(b));
}
SMELT_INLINE s32x4 shift(s32x4 a, int32_t by) {
  return shift(a, broadcast_s32(by));
}
SMELT_INLINE s32x4 load_bytes(const int8_t *from, int32_t count = 4) {
  return lanes([&](int32_t i) { return i < count ? int32_t{from[i]} : int32_t{0}; });
}
SMELT_INLINE void store_bytes(int8_t *to, s32x4 a, int32_t count = 4) {
  for (int32_t i = 0; i < count; ++i) to[i] = static_cast<int8_t>(a.lane[i]);
}

SMELT_INLINE void copy(int8_t *to, const int8_t *from, int32_t count) {
  for (int32_t i = 0; i < count; ++i) to[i] = from[i];
}

SMELT_INLINE s32x4 dot_4(const int8_t *input, const int8_t *weights, int32_t taps) {
  s32x4 sums = broadcast_s32(0);
  int32_t count = first_taps(taps);
  for (; taps > 0; taps -= count, input += count, count = vector_bytes, weights += 4 * count)
    for (int32_t channel = 0; channel < 4; ++channel)
      for (int32_t i = 0; i < count; ++i)
        sums.lane[channel] += input[i] * weights[channel * vector_bytes + i];
  return sums;
}

SMELT_INLINE int32_t dot_1(const int8_t *input, const int8_t *weights, int32_t taps) {
  int32_t sum = 0, count = first_taps(taps);
  for (; taps > 0; taps -= count, input += count, count = vector_bytes, weights += count)
    for (int32_t i = 0; i < count; ++i) sum += input[i] * weights[i];
  return sum;
}

#endif

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

#ifndef __ARM_FEATURE_MVE

static inline void outputs_1(block_arguments *block) {
  const int32_t taps = block->first + block->others * vector_bytes;
  const int8_t *weights = block->weights;
  for (int32_t i = 0; i < block->blocks; ++i, weights += 4 * row_bytes(taps))
    store_bytes(block->output_0 + 4 * i, finish(dot_4(block->input_0, weights, taps),
                                                block->records + record_words * i, *block));
}

static inline void outputs_2(block_arguments *block) {
  outputs_1(block);
  block_arguments second = *block;
  second.input_0 = block->input_1, second.output_0 = block->output_1;
  outputs_1(&second);
}

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
