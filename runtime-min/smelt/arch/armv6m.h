// SPDX-License-Identifier: Apache-2.0
//
// What layers over quads of weights (smelt/quads.h) are made of on ARMv6-M, and the plain form of
// it for other cores. The core multiplies two 32-bit registers into the first of them and has eight
// registers to compute in: four sums, two pointers, an input and a weight. Bytes are loaded without
// a sign at up to 31 from a pointer, with one only at a register's distance. The functions keep to
// the calling convention by themselves: their loops want all registers, whatever the compiler's
// options.
#ifndef SMELT_ARCH_ARMV6M_H
#define SMELT_ARCH_ARMV6M_H

#include "smelt/quads.h"

namespace smelt {

struct armv6m {
  using input = int8_t;  ///< with the offset
  static constexpr int input_offset = 0;
  static constexpr int32_t sum_limit = int32_t{1} << 29;
  static constexpr int quads_at_once = 4;

  static inline int32_t gather(const int8_t *from, int count, uint8_t *patch);
  static inline void dot_patch(const uint8_t *patch, const uint8_t *weights, int count,
                               int32_t *sums);
  static inline void dot_input(const int8_t *input, const uint8_t *weights, int count,
                               int32_t *sums);
  static inline void windows(const int8_t *const *rows, int height, int width,
                             const int8_t *weights, int pitch, int blocks, int32_t *sums);

  static inline void finish(const quad_stage &out, int channel, int count, const int32_t *sums,
                            int8_t *output);

  /// smelt::requantize for |x| < 2^29 and shift < 0. The product with a multiplier m by halves.
  /// With x = a1 2^16 + a0 and m = m1 2^16 + m0, a0 in
  /// [-2^15, 2^15), m0 in [0, 2^16): x m + 2^30 over 2^31 is
  /// 2 a1 m1 + (a1 m0 + a0 m1 + a0 m0 / 2^16 + 2^14) / 2^15, all divisions rounding down. For
  /// |x| < 2^29, |a1| <= 2^13 and nothing leaves 32 bits.
  static SMELT_INLINE int32_t requantize(int32_t x, int32_t multiplier, int32_t shift) {
    const int32_t low = static_cast<int16_t>(x), high = (x - low) >> 16;
    const int32_t m0 = static_cast<uint16_t>(multiplier), m1 = multiplier >> 16;
    const int32_t middle = high * m0 + low * m1 + ((low * m0) >> 16);
    const int32_t t = 2 * high * m1 + ((middle + (1 << 14)) >> 15) + (x >> 31);
    return ((t >> ~shift) + 1) >> 1;
  }
};

#ifdef __ARM_ARCH_6M__

/// Adds the product of the input in r2 with the weight at an offset from r1 to a sum.
#define SMELT_ARMV6M_MAC(offset, sum) \
  "  ldrb r3, [r1, #" #offset         \
  "]\n"                               \
  "  muls r3, r2\n"                   \
  "  adds " #sum ", r3\n"
/// One tap of four channels; their weights are from `offset`, 4 times the tap, on.
#define SMELT_ARMV6M_TAP(extend, tap, offset)                                              \
  "  ldrb r2, [r0, #" #tap "]\n" extend SMELT_ARMV6M_MAC(offset + 0, r4) SMELT_ARMV6M_MAC( \
      offset + 1, r5) SMELT_ARMV6M_MAC(offset + 2, r6) SMELT_ARMV6M_MAC(offset + 3, r7)

/// (inputs, weights, count, sums): eight taps a round. If they are no multiple of that, the first
/// round begins in its middle.
#define SMELT_ARMV6M_DOT(extend) \
  ".syntax unified\n"                                                                          \
  "  push {r4, r5, r6, r7, lr}\n"                                                              \
  "  mov lr, r3\n"                                                                             \
  "  lsls r3, r2, #29\n"                                                                       \
  "  add r2, r0\n"                                                                             \
  "  mov ip, r2\n"                                                                             \
  "  mov r3, lr\n"                                                                             \
  "  ldm r3!, {r4, r5, r6, r7}\n"                                                              \
  "  bpl 1f\n"                                                                                 \
  "  subs r0, #4\n"                                                                            \
  "  subs r1, #16\n"                                                                           \
  "  b 2f\n"                                                                                   \
  "1:\n" SMELT_ARMV6M_TAP(extend, 0, 0) SMELT_ARMV6M_TAP(extend, 1, 4)                         \
      SMELT_ARMV6M_TAP(extend, 2, 8) SMELT_ARMV6M_TAP(extend, 3, 12)                           \
  "2:\n" SMELT_ARMV6M_TAP(extend, 4, 16) SMELT_ARMV6M_TAP(extend, 5, 20)                       \
      SMELT_ARMV6M_TAP(extend, 6, 24) SMELT_ARMV6M_TAP(extend, 7, 28)                          \
  "  adds r1, #32\n"                                                                           \
  "  adds r0, #8\n"                                                                            \
  "  cmp r0, ip\n"                                                                             \
  "  bne 1b\n"                                                                                 \
  "  mov r3, lr\n"                                                                             \
  "  stm r3!, {r4, r5, r6, r7}\n"                                                              \
  "  pop {r4, r5, r6, r7, pc}\n"

SMELT_ASSEMBLY void armv6m_dot_patch(const uint8_t *, const uint8_t *, int, int32_t *) {
  __asm__(SMELT_ARMV6M_DOT(""));
}
SMELT_ASSEMBLY void armv6m_dot_input(const int8_t *, const uint8_t *, int, int32_t *) {
  __asm__(SMELT_ARMV6M_DOT("  sxtb r2, r2\n"));
}

/// As SMELT_ARMV6M_MAC of input and weight at the same distance, one of r4 to r7 for 0 to 3.
#define SMELT_ARMV6M_LANE(distance, sum) \
  "  ldrsb r2, [r0, " #distance          \
  "]\n"                                  \
  "  ldrsb r3, [r1, " #distance          \
  "]\n"                                  \
  "  muls r2, r3\n"                      \
  "  add " #sum ", r2\n"
#define SMELT_ARMV6M_LANES  \
  SMELT_ARMV6M_LANE(r4, r8) \
  SMELT_ARMV6M_LANE(r5, r9) SMELT_ARMV6M_LANE(r6, r10) SMELT_ARMV6M_LANE(r7, r11) "  adds r1, " \
                                                                                  "#4\n"
#define SMELT_ARMV6M_ROW(row)                                             \
  "  ldr r0, [sp, #" #row                                                 \
  "]\n"                                                                   \
  "  add r0, lr\n" SMELT_ARMV6M_LANES "  add r0, ip\n" SMELT_ARMV6M_LANES \
  "  add r0, ip\n" SMELT_ARMV6M_LANES

/// (rows, weights, pitch, sums, blocks), with sums in high registers, the pitch in ip and the
/// block's first channel in lr. On the stack: blocks left, sums, three rows, registers.
SMELT_ASSEMBLY void armv6m_windows_3x3(const int8_t *const *, const int8_t *, int, int32_t *, int) {
  __asm__(
      ".syntax unified\n"
      "  push {r4, r5, r6, r7, lr}\n"
      "  mov r4, r8\n"
      "  mov r5, r9\n"
      "  mov r6, r10\n"
      "  mov r7, r11\n"
      "  push {r4, r5, r6, r7}\n"
      "  mov ip, r2\n"
      "  ldr r2, [sp, #36]\n"
      "  ldm r0!, {r4, r5, r6}\n"
      "  push {r2, r3, r4, r5, r6}\n"
      "  movs r4, #0\n"
      "  movs r5, #1\n"
      "  movs r6, #2\n"
      "  movs r7, #3\n"
      "  mov lr, r4\n"
      "1:\n"
      "  mov r8, r4\n"
      "  mov r9, r4\n"
      "  mov r10, r4\n"
      "  mov r11, r4\n" SMELT_ARMV6M_ROW(8) SMELT_ARMV6M_ROW(12) SMELT_ARMV6M_ROW(16)
      "  ldr r0, [sp, #4]\n"
      "  mov r2, r8\n"
      "  mov r3, r9\n"
      "  stm r0!, {r2, r3}\n"
      "  mov r2, r10\n"
      "  mov r3, r11\n"
      "  stm r0!, {r2, r3}\n"
      "  str r0, [sp, #4]\n"
      "  movs r2, #4\n"
      "  add lr, r2\n"
      "  ldr r2, [sp, #0]\n"
      "  subs r2, #1\n"
      "  str r2, [sp, #0]\n"
      "  beq 2f\n"
      "  b 1b\n"
      "2:\n"
      "  add sp, #20\n"
      "  pop {r4, r5, r6, r7}\n"
      "  mov r8, r4\n"
      "  mov r9, r5\n"
      "  mov r10, r6\n"
      "  mov r11, r7\n"
      "  pop {r4, r5, r6, r7, pc}\n");
}

/// Copies a byte and adds it to the sum.
#define SMELT_ARMV6M_TAKE(at) \
  "  ldrb r4, [r0, #" #at     \
  "]\n"                       \
  "  eors r4, r5\n"           \
  "  strb r4, [r2, #" #at     \
  "]\n"                       \
  "  adds r3, r4\n"

/// (from, count, to): what is left of whole fours first.
SMELT_ASSEMBLY int32_t armv6m_gather(const int8_t *, int, uint8_t *) {
  __asm__(
      ".syntax unified\n"
      "  push {r4, r5, r6, lr}\n"
      "  movs r3, #0\n"
      "  movs r5, #128\n"
      "  movs r6, #3\n"
      "  ands r6, r1\n"
      "  beq 2f\n"
      "  subs r1, r6\n"
      "1:\n" SMELT_ARMV6M_TAKE(0)
      "  adds r0, #1\n"
      "  adds r2, #1\n"
      "  subs r6, #1\n"
      "  bne 1b\n"
      "2:\n"
      "  cmp r1, #0\n"
      "  beq 4f\n"
      "3:\n" SMELT_ARMV6M_TAKE(0) SMELT_ARMV6M_TAKE(1) SMELT_ARMV6M_TAKE(2) SMELT_ARMV6M_TAKE(3)
      "  adds r0, #4\n"
      "  adds r2, #4\n"
      "  subs r1, #4\n"
      "  bne 3b\n"
      "4:\n"
      "  movs r0, r3\n"
      "  pop {r4, r5, r6, pc}\n");
}

/// What armv6m_finish takes; `centre` is 2 * zero point + 1, `end` that of the sums.
struct armv6m_stage {
  const int32_t *sums, *multiplier;
  const int8_t *shift;
  int8_t *output;
  int32_t centre, min, max;
  const int32_t *end;
};

/// armv6m::requantize of each sum. In high registers: a sum, centre, min, max, how far outputs
/// are behind shifts, and end.
SMELT_ASSEMBLY void armv6m_finish(const armv6m_stage *) {
  __asm__(
      ".syntax unified\n"
      "  push {r4, r5, r6, r7, lr}\n"
      "  mov r4, r8\n"
      "  mov r5, r9\n"
      "  mov r6, r10\n"
      "  mov r7, r11\n"
      "  push {r4, r5, r6, r7}\n"
      "  ldm r0!, {r1, r2}\n"
      "  push {r1, r2}\n"
      "  ldm r0!, {r2, r3, r4, r5, r6, r7}\n"
      "  subs r3, r2\n"
      "  mov ip, r3\n"
      "  mov r9, r4\n"
      "  mov r10, r5\n"
      "  mov r11, r6\n"
      "  mov lr, r7\n"
      "  pop {r0, r1}\n"
      "1:\n"
      "  ldm r0!, {r3}\n"
      "  ldm r1!, {r4}\n"
      "  mov r8, r3\n"
      "  sxth r5, r3\n"  // low
      "  subs r6, r3, r5\n"
      "  asrs r6, r6, #16\n"  // high
      "  uxth r7, r4\n"       // m0
      "  lsrs r4, r4, #16\n"  // m1
      "  movs r3, r5\n"
      "  muls r3, r7\n"
      "  asrs r3, r3, #16\n"
      "  muls r5, r4\n"
      "  adds r5, r3\n"
      "  muls r7, r6\n"
      "  adds r5, r7\n"  // middle
      "  muls r6, r4\n"
      "  asrs r5, r5, #14\n"
      "  adds r5, #1\n"
      "  asrs r5, r5, #1\n"
      "  lsls r6, r6, #1\n"
      "  adds r5, r6\n"
      "  mov r3, r8\n"
      "  asrs r3, r3, #31\n"
      "  adds r5, r3\n"  // t
      "  ldrb r4, [r2]\n"
      "  mvns r4, r4\n"
      "  asrs r5, r4\n"
      "  add r5, r9\n"
      "  asrs r5, r5, #1\n"
      "  cmp r5, r10\n"
      "  blt 3f\n"
      "  cmp r5, r11\n"
      "  bgt 4f\n"
      "2:\n"
      "  mov r3, r2\n"
      "  adds r2, #1\n"
      "  add r3, ip\n"
      "  strb r5, [r3]\n"
      "  cmp r0, lr\n"
      "  bne 1b\n"
      "  pop {r4, r5, r6, r7}\n"
      "  mov r8, r4\n"
      "  mov r9, r5\n"
      "  mov r10, r6\n"
      "  mov r11, r7\n"
      "  pop {r4, r5, r6, r7, pc}\n"
      "3:\n"
      "  mov r5, r10\n"
      "  b 2b\n"
      "4:\n"
      "  mov r5, r11\n"
      "  b 2b\n");
}

inline void armv6m::finish(const quad_stage &out, int channel, int count, const int32_t *sums,
                           int8_t *output) {
  const armv6m_stage stage = {sums,
                              out.multiplier + channel,
                              out.shift + channel,
                              output,
                              2 * out.zero_point + 1,
                              out.min,
                              out.max,
                              sums + count};
  armv6m_finish(&stage);
}

inline void armv6m::dot_patch(const uint8_t *patch, const uint8_t *weights, int count,
                              int32_t *sums) {
  armv6m_dot_patch(patch, weights, count, sums);
}
inline void armv6m::dot_input(const int8_t *input, const uint8_t *weights, int count,
                              int32_t *sums) {
  armv6m_dot_input(input, weights, count, sums);
}
inline void armv6m::windows(const int8_t *const *rows, int height, int width, const int8_t *weights,
                            int pitch, int blocks, int32_t *sums) {
  if (height == 3 && width == 3)
    armv6m_windows_3x3(rows, weights, pitch, sums, blocks);
  else
    window_sums<quad>(rows, height, width, weights, pitch, blocks, sums);
}

inline int32_t armv6m::gather(const int8_t *from, int count, uint8_t *patch) {
  return armv6m_gather(from, count, patch);
}

#else

inline int32_t armv6m::gather(const int8_t *from, int count, uint8_t *patch) {
  return gather_bytes(from, count, patch);
}
inline void armv6m::finish(const quad_stage &out, int channel, int count, const int32_t *sums,
                           int8_t *output) {
  finish_sums<armv6m>(out, channel, count, sums, output);
}
inline void armv6m::dot_patch(const uint8_t *patch, const uint8_t *weights, int count,
                              int32_t *sums) {
  dot_quads(patch, 0, weights, count, sums);
}
inline void armv6m::dot_input(const int8_t *input, const uint8_t *weights, int count,
                              int32_t *sums) {
  dot_quads(input, input_offset, weights, count, sums);
}
inline void armv6m::windows(const int8_t *const *rows, int height, int width, const int8_t *weights,
                            int pitch, int blocks, int32_t *sums) {
  window_sums<quad>(rows, height, width, weights, pitch, blocks, sums);
}

#endif

}  // namespace smelt

#endif
