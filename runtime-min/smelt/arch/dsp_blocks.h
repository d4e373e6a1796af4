// SPDX-License-Identifier: Apache-2.0
//
// The two innermost loops with the DSP extension, of convolutions and of 3x3 depthwise
// convolutions: all output channels of two pixels, from sums to outputs. They need every register
// there is, so they are assembly as a whole, and copy their arguments to the stack.
#ifndef SMELT_ARCH_DSP_BLOCKS_H
#define SMELT_ARCH_DSP_BLOCKS_H

#include "smelt/arch/dsp.h"

namespace smelt {
namespace dsp {

/// Channels in pairs: see smelt/arch/dsp.h. `record`: {bias of a, 256 * bias of b + bias of a,
/// multipliers of both as narrow takes them, shifts of both as bytes}.
struct pair_outputs {
  const int16_t *patch;   ///< of two pixels, see widen_pair
  const int16_t *rest;    ///< the end of what is more than whole groups of 16 taps
  const int16_t *end;     ///< of the patch
  int32_t distance;       ///< of the pixels' outputs
  const int32_t *record;  ///< of the first pair
  int8_t *output;         ///< of the first pixel
  int8_t *last;           ///< the end of its outputs
  int32_t centre;         ///< 2 * zero point + 1
  const int8_t *weights;  ///< of the first pair
};

/// Four channels at a time. `record`: {biases, multipliers as narrow takes them, shifts as bytes}.
struct depthwise_outputs {
  const int8_t *const *rows;
  int32_t offset;    ///< of the first pixel's inputs, in the rows
  int32_t pitch;     ///< of taps
  int32_t distance;  ///< of the pixels' inputs
  const int32_t *record;
  int8_t *output;         ///< of the first pixel
  int32_t channels;       ///< distance of the pixels' outputs
  int32_t centre;         ///< 2 * zero point + 1
  const int8_t *weights;  ///< [block of channels][tap][4]
  int32_t blocks;         ///< at least 1
};

// clang-format off
#if SMELT_DSP

/// Sums x and y of one channel become outputs: multiplier m, shift n, centre c; t is free. Computes
/// what narrow does.
#define SMELT_NARROW_2(x, y, m, n, c, t)     \
  "add " t ", " x ", " x ", asr #31\n\t"     \
  "smmlar " x ", " x ", " m ", " t "\n\t"    \
  "add " t ", " y ", " y ", asr #31\n\t"     \
  "smmlar " y ", " y ", " m ", " t "\n\t"    \
  "lsl " t ", " c ", " n "\n\t"              \
  "add " x ", " x ", " t "\n\t"              \
  "add " y ", " y ", " t "\n\t"              \
  "asr " x ", " x ", " n "\n\t"              \
  "asr " y ", " y ", " n "\n\t"              \
  "ssat " x ", #8, " x ", asr #1\n\t"        \
  "ssat " y ", #8, " y ", asr #1\n\t"

/// Four taps of a pair of channels and two pixels. r0-r3: inputs, r4, r5: sums of a, r6, r7: of
/// both, r8-r10: weights, r11: the patch, r12: where weights come from.
#define SMELT_PAIR_TAPS                      \
  "ldmia r11!, {r0, r1, r2, r3}\n\t"         \
  "ldrd r8, r9, [r12], #8\n\t"               \
  "sxtb16 r10, r8\n\t"                       \
  "smlad r6, r8, r0, r6\n\t"                 \
  "smlad r7, r8, r2, r7\n\t"                 \
  "smlad r4, r10, r0, r4\n\t"                \
  "smlad r5, r10, r2, r5\n\t"                \
  "sxtb16 r10, r9\n\t"                       \
  "smlad r6, r9, r1, r6\n\t"                 \
  "smlad r7, r9, r3, r7\n\t"                 \
  "smlad r4, r10, r1, r4\n\t"                \
  "smlad r5, r10, r3, r5\n\t"

/// Four weights in r8 (even channels) and r9 (odd ones), from lr.
#define SMELT_DEPTHWISE_WEIGHTS              \
  "ldr r9, [lr], #4\n\t"                     \
  "sxtb16 r8, r9\n\t"                        \
  "sxtb16 r9, r9, ror #8\n\t"

/// r10: four inputs, to r11 and r10 likewise.
#define SMELT_DEPTHWISE_INPUTS               \
  "sxtb16 r11, r10\n\t"                      \
  "sxtb16 r10, r10, ror #8\n\t"

/// Their products, to the sums of the first pixel in r0-r3, or of the second in r4-r7.
#define SMELT_DEPTHWISE_PRODUCTS(s0, s1, s2, s3) \
  "smlabb " s0 ", r11, r8, " s0 "\n\t"       \
  "smlatt " s2 ", r11, r8, " s2 "\n\t"       \
  "smlabb " s1 ", r10, r9, " s1 "\n\t"       \
  "smlatt " s3 ", r10, r9, " s3 "\n\t"
#define SMELT_DEPTHWISE_FIRST SMELT_DEPTHWISE_PRODUCTS("r0", "r1", "r2", "r3")
#define SMELT_DEPTHWISE_SECOND SMELT_DEPTHWISE_PRODUCTS("r4", "r5", "r6", "r7")

/// The next tap, whose inputs the second pixel shares with the tap after it of the first. r12: the
/// inputs of the first pixel.
#define SMELT_DEPTHWISE_SLIDING_TAP          \
  SMELT_DEPTHWISE_WEIGHTS                    \
  SMELT_DEPTHWISE_FIRST                      \
  "ldr r11, [sp, #8]\n\t"                   \
  "ldr r10, [r12, r11]\n\t"                  \
  "add r12, r12, r11\n\t"                    \
  SMELT_DEPTHWISE_INPUTS                     \
  SMELT_DEPTHWISE_SECOND

/// The next tap, of two pixels that share none.
#define SMELT_DEPTHWISE_TAP                  \
  SMELT_DEPTHWISE_WEIGHTS                    \
  "ldr r10, [r12]\n\t"                       \
  SMELT_DEPTHWISE_INPUTS                     \
  SMELT_DEPTHWISE_FIRST                      \
  "ldr r11, [sp, #12]\n\t"                   \
  "ldr r10, [r12, r11]\n\t"                  \
  "ldr r11, [sp, #8]\n\t"                   \
  "add r12, r12, r11\n\t"                    \
  SMELT_DEPTHWISE_INPUTS                     \
  SMELT_DEPTHWISE_SECOND

/// Where the first pixel's inputs begin in a row.
#define SMELT_DEPTHWISE_ROW(row)             \
  "ldrd r12, r11, [sp]\n\t"             \
  "ldr r12, [r12, #" row "]\n\t"             \
  "add r12, r12, r11\n\t"

#define SMELT_DEPTHWISE_SLIDING_ROW(row)     \
  SMELT_DEPTHWISE_ROW(row)                   \
  "ldr r10, [r12]\n\t"                       \
  SMELT_DEPTHWISE_INPUTS                     \
  SMELT_DEPTHWISE_SLIDING_TAP                \
  SMELT_DEPTHWISE_SLIDING_TAP                \
  SMELT_DEPTHWISE_SLIDING_TAP

#define SMELT_DEPTHWISE_PLAIN_ROW(row)       \
  SMELT_DEPTHWISE_ROW(row)                   \
  SMELT_DEPTHWISE_TAP                        \
  SMELT_DEPTHWISE_TAP                        \
  SMELT_DEPTHWISE_TAP

/// All blocks, given how a row of three taps is summed. At sp: the arguments.
#define SMELT_DEPTHWISE_BLOCKS(ROW)          \
  "push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\t" \
  "ldmia r0, {r1, r2, r3, r4, r5, r6, r7, r8, r9, r10}\n\t" \
  "sub sp, sp, #40\n\t"                      \
  "stmia sp, {r1, r2, r3, r4, r5, r6, r7, r8, r9, r10}\n" \
  "1:\n\t"                                   \
  "ldr r12, [sp, #16]\n\t"                   \
  "ldr lr, [sp, #32]\n\t"                    \
  "ldmia r12, {r0, r1, r2, r3}\n\t"          \
  "ldmia r12, {r4, r5, r6, r7}\n\t"          \
  ROW("0") ROW("4") ROW("8")                 \
  "str lr, [sp, #32]\n\t"                    \
  "ldrd r12, lr, [sp, #16]\n\t"              \
  "ldr r11, [sp, #28]\n\t"                   \
  "ldr r8, [r12, #16]\n\t"                   \
  "ldrsb r9, [r12, #32]\n\t"                 \
  SMELT_NARROW_2("r0", "r4", "r8", "r9", "r11", "r10") \
  "ldr r8, [r12, #20]\n\t"                   \
  "ldrsb r9, [r12, #33]\n\t"                 \
  SMELT_NARROW_2("r1", "r5", "r8", "r9", "r11", "r10") \
  "ldr r8, [r12, #24]\n\t"                   \
  "ldrsb r9, [r12, #34]\n\t"                 \
  SMELT_NARROW_2("r2", "r6", "r8", "r9", "r11", "r10") \
  "ldr r8, [r12, #28]\n\t"                   \
  "ldrsb r9, [r12, #35]\n\t"                 \
  SMELT_NARROW_2("r3", "r7", "r8", "r9", "r11", "r10") \
  "ldr r8, [sp, #24]\n\t"                    \
  "strb r0, [lr]\n\t"                        \
  "strb r1, [lr, #1]\n\t"                    \
  "strb r2, [lr, #2]\n\t"                    \
  "strb r3, [lr, #3]\n\t"                    \
  "add r8, r8, lr\n\t"                       \
  "strb r4, [r8]\n\t"                        \
  "strb r5, [r8, #1]\n\t"                    \
  "strb r6, [r8, #2]\n\t"                    \
  "strb r7, [r8, #3]\n\t"                    \
  "add r12, r12, #36\n\t"                    \
  "add lr, lr, #4\n\t"                       \
  "strd r12, lr, [sp, #16]\n\t"              \
  "ldr r8, [sp, #4]\n\t"                    \
  "ldr r9, [sp, #36]\n\t"                    \
  "add r8, r8, #4\n\t"                       \
  "str r8, [sp, #4]\n\t"                    \
  "subs r9, r9, #1\n\t"                      \
  "str r9, [sp, #36]\n\t"                    \
  "bne 1b\n\t"                               \
  "add sp, sp, #40\n\t"                      \
  "pop {r4, r5, r6, r7, r8, r9, r10, r11, pc}"

struct blocks {
  /// All outputs of two pixels, two channels at a time. At sp: the arguments.
  SMELT_ASSEMBLY void pairs(const pair_outputs &) {
    __asm__(
        "push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n\t"
        "ldmia r0, {r1, r2, r3, r4, r5, r6, r7, r8, r9}\n\t"
        "sub sp, sp, #36\n\t"
        "stmia sp, {r1, r2, r3, r4, r5, r6, r7, r8, r9}\n\t"
        "ldr r12, [sp, #32]\n"
        "1:\n\t"
        "ldrd r11, lr, [sp]\n\t"
        "ldr r8, [sp, #16]\n\t"
        "cmp r11, lr\n\t"
        "ldrd r4, r6, [r8]\n\t"
        "mov r5, r4\n\t"
        "mov r7, r6\n\t"
        "beq 3f\n"
        "2:\n\t"
        SMELT_PAIR_TAPS
        "cmp r11, lr\n\t"
        "bne 2b\n"
        "3:\n\t"
        "ldr lr, [sp, #8]\n\t"
        "cmp r11, lr\n\t"
        "beq 5f\n"
        "4:\n\t"
        SMELT_PAIR_TAPS
        SMELT_PAIR_TAPS
        SMELT_PAIR_TAPS
        SMELT_PAIR_TAPS
        "cmp r11, lr\n\t"
        "bne 4b\n"
        "5:\n\t"
        "ldrd r8, r9, [sp, #16]\n\t"
        "ldrd r10, r11, [sp, #24]\n\t"
        "ldrd r0, r1, [r8, #8]\n\t"
        "ldrsb r2, [r8, #16]\n\t"
        "sub r6, r6, r4\n\t"
        "sub r7, r7, r5\n\t"
        SMELT_NARROW_2("r4", "r5", "r0", "r2", "r11", "r3")
        "ldr lr, [sp, #12]\n\t"
        "ldrsb r2, [r8, #17]\n\t"
        "strb r5, [r9, lr]\n\t"
        "strb r4, [r9], #1\n\t"
        "cmp r9, r10\n\t"
        "beq 6f\n\t"
        "asr r6, r6, #8\n\t"
        "asr r7, r7, #8\n\t"
        SMELT_NARROW_2("r6", "r7", "r1", "r2", "r11", "r3")
        "strb r7, [r9, lr]\n\t"
        "strb r6, [r9], #1\n\t"
        "add r8, r8, #20\n\t"
        "strd r8, r9, [sp, #16]\n\t"
        "cmp r9, r10\n\t"
        "bne 1b\n"
        "6:\n\t"
        "add sp, sp, #36\n\t"
        "pop {r4, r5, r6, r7, r8, r9, r10, r11, pc}");
  }

  /// A 3x3 depthwise convolution whose pixels are as far from each other as taps.
  SMELT_ASSEMBLY void sliding_3x3(const depthwise_outputs &) {
    __asm__(SMELT_DEPTHWISE_BLOCKS(SMELT_DEPTHWISE_SLIDING_ROW));
  }

  /// Any other 3x3 depthwise convolution.
  SMELT_ASSEMBLY void plain_3x3(const depthwise_outputs &) {
    __asm__(SMELT_DEPTHWISE_BLOCKS(SMELT_DEPTHWISE_PLAIN_ROW));
  }
};

#undef SMELT_NARROW_2
#undef SMELT_PAIR_TAPS
#undef SMELT_DEPTHWISE_WEIGHTS
#undef SMELT_DEPTHWISE_INPUTS
#undef SMELT_DEPTHWISE_PRODUCTS
#undef SMELT_DEPTHWISE_FIRST
#undef SMELT_DEPTHWISE_SECOND
#undef SMELT_DEPTHWISE_SLIDING_TAP
#undef SMELT_DEPTHWISE_TAP
#undef SMELT_DEPTHWISE_ROW
#undef SMELT_DEPTHWISE_SLIDING_ROW
#undef SMELT_DEPTHWISE_PLAIN_ROW
#undef SMELT_DEPTHWISE_BLOCKS
// clang-format on
#else

struct blocks {
  static void finish(int32_t sum, const int32_t *multiplier, const int32_t *shifts, int32_t channel,
                     int32_t centre, int8_t *output) {
    const int32_t shift = byte(static_cast<uint32_t>(*shifts), channel);
    *output =
        static_cast<int8_t>(narrow(sum, multiplier[channel], shift_left(centre, shift), shift));
  }

  static void pairs(pair_outputs of) {
    for (; of.output < of.last; of.output += 2, of.record += 5) {
      for (int32_t pixel = 0; pixel < 2; ++pixel) {
        int32_t sum_a = of.record[0], sum_ab = of.record[1];
        const int8_t *weights = of.weights;
        for (const int16_t *patch = of.patch; patch != of.end; patch += 8, weights += 8)
          add_paired(patch + 4 * pixel, weights, sum_a, sum_ab);
        int8_t *const to = of.output + pixel * of.distance;
        finish(sum_a, of.record + 2, of.record + 4, 0, of.centre, to);
        if (of.output + 1 < of.last)
          finish(second_of(sum_a, sum_ab), of.record + 2, of.record + 4, 1, of.centre, to + 1);
      }
      of.weights += of.end - of.patch;
    }
  }

  static void plain_3x3(depthwise_outputs of) {
    for (; of.blocks > 0; --of.blocks, of.record += 9, of.weights += 36, of.offset += 4) {
      for (int32_t i = 0; i < 8; ++i) {
        const int32_t pixel = i / 4, channel = i % 4;
        int32_t sum = of.record[channel];
        for (int32_t tap = 0; tap < 9; ++tap) {
          const int8_t *const row =
              of.rows[tap / 3] + of.offset + channel + tap % 3 * of.pitch + pixel * of.distance;
          sum += int32_t{*row} * of.weights[4 * tap + channel];
        }
        finish(sum, of.record + 4, of.record + 8, channel, of.centre,
               of.output + pixel * of.channels + channel);
      }
      of.output += 4;
    }
  }

  static void sliding_3x3(depthwise_outputs of) { plain_3x3(of); }
};

#endif

}  // namespace dsp
}  // namespace smelt

#endif
