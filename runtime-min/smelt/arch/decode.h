// SPDX-License-Identifier: Apache-2.0
//
// The loop of Thumb-2 over the symbols of one channel, all of one table (smelt/coding.h): two in
// turn, of which the second comes first if their number is odd. Bits are refilled before a symbol,
// as every reader must do, and what happens seldom stands behind the loop.
#ifndef SMELT_ARCH_DECODE_H
#define SMELT_ARCH_DECODE_H

#include "smelt/runtime.h"

#if defined(__thumb2__) && defined(__OPTIMIZE__)
#define SMELT_FAST_READER 1

/// The entry of the next symbol, its bits taken; then what `use` makes of the symbol in `e`.
#define SMELT_SYMBOL(rare, found, use)       \
  "  lsr %[e], %[buffer], %[shift]\n"        \
  "  ldrsh %[e], [%[table], %[e], lsl #1]\n" \
  "  ands %[x], %[e], #15\n"                 \
  "  beq " rare "f\n" found                  \
  ":\n"                                      \
  "  lsl %[buffer], %[buffer], %[x]\n"       \
  "  subs %[bits], %[bits], %[x]\n"          \
  "  asr %[e], %[e], #8\n" use

/// Flags are those of the bits still.
#define SMELT_REFILL             \
  "  ldrh %[x], [%[next]], #2\n" \
  "  rsb %[e], %[bits], #0\n"    \
  "  add %[bits], #16\n"         \
  "  lsl %[x], %[x], %[e]\n"     \
  "  orr %[buffer], %[buffer], %[x]\n"

/// long_code().
#define SMELT_LONG_SYMBOL(rare, search, out, found) \
  rare ":\n"                                        \
       "  rsb %[x], %[shift], #33\n"                \
       "  movs %[y], #1\n"                          \
       "  lsl %[y], %[y], %[x]\n"                   \
       "  add %[y], %[table]\n"                     \
       "  sub %[x], %[shift], #17\n" search         \
       ":\n"                                        \
       "  ldrh %[e], [%[y]], #4\n"                  \
       "  cmp %[e], %[buffer], lsr #16\n"           \
       "  bhs " out                                 \
       "f\n"                                        \
       "  subs %[x], #1\n"                          \
       "  b " search "b\n" out                      \
       ":\n"                                        \
       "  ldrsh %[e], [%[y], #-2]\n"                \
       "  lsr %[y], %[buffer], #16\n"               \
       "  lsr %[y], %[y], %[x]\n"                   \
       "  add %[e], %[y]\n"                         \
       "  ldrsh %[e], [%[table], %[e], lsl #1]\n"   \
       "  and %[x], %[e], #15\n"                    \
       "  b " found "b\n"

/// `at` walks to `end`, an element by each `use`, which leaves flags alone.
#define SMELT_SYMBOLS(use) \
  ".syntax unified\n"                                                    \
  "  sub %[e], %[end], %[at]\n"                                          \
  "  lsls %[e], %[e], #31\n"                                             \
  "  beq 0f\n"                                                           \
  "  cmp %[bits], #0\n"                                                  \
  "  b 2f\n"                                                             \
  "0:\n"                                                                 \
  "  cmp %[bits], #0\n"                                                  \
  "  bmi 30f\n"                                                          \
  "1:\n" SMELT_SYMBOL("10", "11", use)                                   \
  "2:\n"                                                                 \
  "  bmi 20f\n"                                                          \
  "3:\n" SMELT_SYMBOL("12", "13", use)                                   \
  "  bmi 31f\n"                                                          \
  "  cmp %[at], %[end]\n"                                                \
  "  bne 1b\n"                                                           \
  "  b 9f\n"                                                             \
  "20:\n" SMELT_REFILL                                                   \
  "  b 3b\n"                                                             \
  "31:\n"                                                                \
  "  cmp %[at], %[end]\n"                                                \
  "  beq 9f\n"                                                           \
  "30:\n" SMELT_REFILL                                                   \
  "  b 1b\n" SMELT_LONG_SYMBOL("10", "14", "15", "11")                   \
  SMELT_LONG_SYMBOL("12", "16", "17", "13")                              \
  "9:\n"

namespace smelt {

/// What bit_reader holds, in registers: bits less 16, so that a sign says when to refill.
struct fast_reader {
  const int16_t *next;
  uint32_t buffer;
  int32_t bits;
};

/// So many symbols, one at least, to a row.
SMELT_INLINE void decode_symbols(fast_reader &reader, const int16_t *table, int32_t table_bits,
                                 int32_t count, int8_t *row) {
  uint32_t e, x, y;
  __asm__ volatile(
      SMELT_SYMBOLS("  strb %[e], [%[at]], #1\n")
      : [next] "+&r"(reader.next), [buffer] "+&r"(reader.buffer), [bits] "+&r"(reader.bits),
        [at] "+&r"(row), [e] "=&r"(e), [x] "=&r"(x), [y] "=&r"(y)
      : [table] "r"(table), [shift] "r"(32 - table_bits), [end] "r"(row + count)
      : "cc", "memory");
}

/// The sum of their products with inputs.
SMELT_INLINE int32_t dot_symbols(fast_reader &reader, const int16_t *table, int32_t table_bits,
                                 int32_t count, const int8_t *input, int32_t sum) {
  uint32_t e, x, y;
  __asm__ volatile(
      SMELT_SYMBOLS("  ldrsb %[x], [%[at]], #1\n"
                    "  mla %[sum], %[x], %[e], %[sum]\n")
      : [next] "+&r"(reader.next), [buffer] "+&r"(reader.buffer), [bits] "+&r"(reader.bits),
        [at] "+&r"(input), [e] "=&r"(e), [x] "=&r"(x), [y] "=&r"(y), [sum] "+&r"(sum)
      : [table] "r"(table), [shift] "r"(32 - table_bits), [end] "r"(input + count)
      : "cc", "memory");
  return sum;
}

}  // namespace smelt

#undef SMELT_SYMBOLS
#undef SMELT_LONG_SYMBOL
#undef SMELT_REFILL
#undef SMELT_SYMBOL
#else
#define SMELT_FAST_READER 0
#endif

#endif
