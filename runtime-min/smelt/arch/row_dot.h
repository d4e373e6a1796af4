// SPDX-License-Identifier: Apache-2.0
//
// Sums over 8-bit weights of one output channel, four pixels at a time: what coded weights are
// multiplied by. Arm's DSP extension multiplies two at a time; bytes are widened as
// smelt/arch/dsp.h describes.
#ifndef SMELT_ARCH_ROW_DOT_H
#define SMELT_ARCH_ROW_DOT_H

#include "smelt/arch/dsp.h"

namespace smelt {

/// Pixels that take each weight together.
constexpr int32_t dot_pixels = 4;

/// Assembly knows the order of these.
struct dot_work {
  int32_t sums[dot_pixels];  ///< products are added to them
  const int8_t *input;       ///< of the first tap and pixel
  const int8_t *weights;
  int32_t distance[dot_pixels - 1];  ///< from the first pixel's inputs to the others'
  int32_t step;                      ///< from one tap's input to the next one's, in a run
  int32_t fours;                     ///< taps of a run that come first, four at a time: step is 1
  int32_t others;                    ///< taps of a run that follow
  int32_t next_input;                ///< from the end of a run's inputs to the next run's
  int32_t left_out;                  ///< weights between two runs
  int32_t runs;                      ///< one at least
};

SMELT_INLINE void set_taps(dot_work &work, int32_t taps, int32_t step) {
  work.step = step;
  work.fours = step == 1 ? taps & ~3 : 0;
  work.others = taps - work.fours;
}

/// Whether multiply_high_normal() takes a multiplier.
SMELT_INLINE bool is_normal(int32_t multiplier) {
  return multiplier >= int32_t{1} << 30;
}

#if SMELT_DSP

/// multiply_high(). Doubled, the multiplier has 32 bits without a sign; as a signed number it is
/// 2^32 too little, for which x in the high word makes up.
SMELT_INLINE int32_t multiply_high_normal(int32_t x, int32_t multiplier) {
  int32_t high;
  __asm__("smmlar %0, %1, %2, %1" : "=r"(high) : "r"(x), "r"(shift_left(multiplier, 1)));
  return high;
}

#define SMELT_ADD_FOUR(address, sum) \
  "  ldr r0, [r5" address            \
  "\n"                               \
  "  sxtb16 ip, r0\n"                \
  "  smlad " sum ", ip, r10, " sum   \
  "\n"                               \
  "  sxtb16 r0, r0, ror #8\n"        \
  "  smlad " sum ", r0, r11, " sum "\n"
#define SMELT_ADD_ONE(address, sum) \
  "  ldrsb ip, [r5" address         \
  "\n"                              \
  "  smlabb " sum ", ip, r11, " sum "\n"

/// Sums are in r1 to r4, input and weights in r5 and r6, distances in r7 to r9. Leaves sums and
/// the end of the weights.
SMELT_ASSEMBLY void add_runs(dot_work *) {
  __asm__(
      ".syntax unified\n"
      "  push {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n"
      "  mov lr, r0\n"
      "  push {r0}\n"
      "  ldmia r0, {r1, r2, r3, r4, r5, r6, r7, r8, r9}\n"
      "0:\n"
      "  ldr r0, [lr, #40]\n"
      "  cbz r0, 2f\n"
      "  add lr, r6, r0\n"
      "1:\n"
      "  ldr r11, [r6], #4\n"
      "  sxtb16 r10, r11\n"
      "  sxtb16 r11, r11, ror #8\n"  //
      SMELT_ADD_FOUR(", r7]", "r2") SMELT_ADD_FOUR(", r8]", "r3") SMELT_ADD_FOUR(", r9]", "r4")
          SMELT_ADD_FOUR("], #4", "r1")
      "  cmp r6, lr\n"
      "  bne 1b\n"
      "  ldr lr, [sp]\n"
      "2:\n"
      "  ldr r0, [lr, #44]\n"
      "  cbz r0, 4f\n"
      "  ldr r10, [lr, #36]\n"
      "3:\n"
      "  ldrsb r11, [r6], #1\n"  //
      SMELT_ADD_ONE("]", "r1") SMELT_ADD_ONE(", r7]", "r2") SMELT_ADD_ONE(", r8]", "r3")
          SMELT_ADD_ONE(", r9]", "r4")
      "  add r5, r10\n"
      "  subs r0, #1\n"
      "  bne 3b\n"
      "4:\n"
      "  ldrd r10, r11, [lr, #48]\n"
      "  ldr r0, [lr, #56]\n"
      "  add r5, r10\n"
      "  add r6, r11\n"
      "  subs r0, #1\n"
      "  str r0, [lr, #56]\n"
      "  bne 0b\n"
      "  stmia lr, {r1, r2, r3, r4}\n"
      "  str r6, [lr, #20]\n"
      "  add sp, #4\n"
      "  pop {r4, r5, r6, r7, r8, r9, r10, r11, pc}\n");
}
#undef SMELT_ADD_FOUR
#undef SMELT_ADD_ONE

#else

SMELT_INLINE int32_t multiply_high_normal(int32_t x, int32_t multiplier) {
  return multiply_high(x, multiplier);
}

inline SMELT_SHARED void add_runs(dot_work *work) {
  const int32_t taps = work->fours + work->others, step = work->step;
  const int32_t second = work->distance[0], third = work->distance[1], last = work->distance[2];
  int32_t sums[dot_pixels] = {work->sums[0], work->sums[1], work->sums[2], work->sums[3]};
  const int8_t *input = work->input, *weights = work->weights;
  for (; work->runs > 0; --work->runs) {
    for (int32_t i = taps; i > 0; --i, input += step) {
      const int32_t weight = *weights++;
      sums[0] += weight * *input, sums[1] += weight * input[second];
      sums[2] += weight * input[third], sums[3] += weight * input[last];
    }
    weights += work->left_out;
    // Beyond the last run there may be nothing to point at.
    if (work->runs > 1) input += work->next_input;
  }
  work->weights = weights;
  for (int32_t i = 0; i < dot_pixels; ++i) work->sums[i] = sums[i];
}

#endif

/// The sum of a row of weights.
SMELT_INLINE int32_t row_sum(const int8_t *weights, int32_t count) {
  int32_t sum = 0;
#if SMELT_DSP
  for (; count >= 4; count -= 4, weights += 4) {
    const dsp::wide_word w = dsp::widened(dsp::word(weights));
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(w.even), "r"(0x10001));
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(w.odd), "r"(0x10001));
  }
#endif
  for (; count > 0; --count) sum += *weights++;
  return sum;
}

}  // namespace smelt

#endif
