// SPDX-License-Identifier: Apache-2.0
//
// Blocks of sums for cores without vectors: four output channels of a few neighbouring pixels, as
// many as there are registers for. Every input and every weight is loaded once for a block.
#ifndef SMELT_ARCH_BLOCKS_H
#define SMELT_ARCH_BLOCKS_H

#include "smelt/runtime.h"

namespace smelt {
namespace blocks {

constexpr int32_t channels = 4;
/// Of the record that an output channel of integers has: see smelt::block_record.
constexpr int32_t record_words = 4;

/// Calls body(i) for i from 0 to `count`, written out: what is indexed by i stays in registers.
template <int32_t count>
struct unrolled {
  template <typename Body>
  static SMELT_INLINE void run(const Body &body) {
    unrolled<count - 1>::run(body);
    body(count - 1);
  }
};
template <>
struct unrolled<0> {
  template <typename Body>
  static SMELT_INLINE void run(const Body &) {}
};

/// clamp(), in two instructions more often than not.
SMELT_INLINE int32_t limit(int32_t value, int32_t min, int32_t max) {
#if defined(__riscv)
  __asm__(
      "bge %[value], %[min], 0f\n\t"
      "mv %[value], %[min]\n"
      "0:\n\t"
      "ble %[value], %[max], 0f\n\t"
      "mv %[value], %[max]\n"
      "0:"
      : [value] "+r"(value)
      : [min] "r"(min), [max] "r"(max));
  return value;
#else
  return clamp(value, min, max);
#endif
}

#if defined(__FP_FAST_FMAF) || defined(__ARM_FEATURE_FMA)
/// Adds a product, whatever the compiler is allowed to contract.
SMELT_INLINE void add_product(float x, float weight, float &sum) {
  sum = __builtin_fmaf(x, weight, sum);
}
#else
SMELT_INLINE void add_product(float x, float weight, float &sum) {
  sum += x * weight;
}
#endif
SMELT_INLINE void add_product(int8_t x, int8_t weight, int32_t &sum) {
  sum += int32_t{x} * weight;
}

/// Copies neighbours to places `step` apart, and moves on.
template <int32_t step, typename Value>
SMELT_INLINE void spread(const Value *from, int32_t count, Value *&to) {
  constexpr int32_t together = 4;
  const Value *end = from + count, *whole = end - count % together;
  for (; from != whole; from += together, to += step * together)
    unrolled<together>::run([&](int32_t i)
                                __attribute__((always_inline)) { to[step * i] = from[i]; });
  for (; from != end; ++from, to += step) *to = *from;
}

/// Adds `taps` products to each sum, [channel][pixel]; inputs and weights [tap][channel] move on.
/// Each pixel has inputs of its own, or there is one array [tap][pixel] of all.
template <int32_t taps, typename Value, typename Sum, size_t pointers, size_t size>
SMELT_INLINE void add_taps(const Value *(&inputs)[pointers], const Value *&weights,
                           Sum (&sums)[size]) {
  constexpr int32_t pixels = size / channels, step = pixels / pointers;
  unrolled<taps>::run([&](int32_t tap) __attribute__((always_inline)) {
    Value x[pixels];
    unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) {
      x[p] = step == 1 ? inputs[p][tap] : inputs[0][step * tap + p];
    });
    unrolled<channels>::run([&](int32_t c) __attribute__((always_inline)) {
      const Value weight = weights[channels * tap + c];
      unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) {
        add_product(x[p], weight, sums[pixels * c + p]);
      });
    });
  });
  unrolled<pointers>::run([&](int32_t p)
                              __attribute__((always_inline)) { inputs[p] += step * taps; });
  weights += channels * taps;
}

/// Adds the products of `count` taps, which are neighbours in memory.
template <typename Value, typename Sum, size_t pointers, size_t size>
SMELT_INLINE void add_run(const Value *(&inputs)[pointers], const Value *&weights, int32_t count,
                          Sum (&sums)[size]) {
  constexpr int32_t together = 2;
  const Value *end = weights + channels * count;
  const Value *whole = end - channels * (count % together);
  while (weights != whole) add_taps<together>(inputs, weights, sums);
  while (weights != end) add_taps<1>(inputs, weights, sums);
}

/// The sums of all taps of a patch [tap][pixel], a multiple of four up to `end` of the weights,
/// which begin with the first word of each channel's record.
template <int32_t pixels>
SMELT_INLINE void sum_patch(const int8_t *patch, const int8_t *weights, const int8_t *end,
                            const int32_t *records, int32_t (&sums)[channels * pixels]) {
  unrolled<channels>::run([&](int32_t c) __attribute__((always_inline)) {
    unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) {
      sums[pixels * c + p] = records[record_words * c];
    });
  });
  const int8_t *inputs[1] = {patch};
  do add_taps<4>(inputs, weights, sums);
  while (weights != end);
}

#if defined(__riscv_mul) && defined(__OPTIMIZE__)
#define SMELT_CHANNEL(tap, channel, s0, s1, s2, s3) \
  "lb %[w], 4*" tap "+" channel                     \
  "(%[weights])\n\t"                                \
  "mul %[t], %[x0], %[w]\n\t"                       \
  "add %[" s0 "], %[" s0                            \
  "], %[t]\n\t"                                     \
  "mul %[t], %[x1], %[w]\n\t"                       \
  "add %[" s1 "], %[" s1                            \
  "], %[t]\n\t"                                     \
  "mul %[t], %[x2], %[w]\n\t"                       \
  "mul %[w], %[x3], %[w]\n\t"                       \
  "add %[" s2 "], %[" s2                            \
  "], %[t]\n\t"                                     \
  "add %[" s3 "], %[" s3 "], %[w]\n\t"
#define SMELT_TAP(tap)                                                                  \
  "lb %[x0], 4*" tap                                                                    \
  "(%[patch])\n\t"                                                                      \
  "lb %[x1], 4*" tap                                                                    \
  "+1(%[patch])\n\t"                                                                    \
  "lb %[x2], 4*" tap                                                                    \
  "+2(%[patch])\n\t"                                                                    \
  "lb %[x3], 4*" tap "+3(%[patch])\n\t" SMELT_CHANNEL(tap, "0", "s0", "s1", "s2", "s3") \
      SMELT_CHANNEL(tap, "1", "s4", "s5", "s6", "s7")                                   \
          SMELT_CHANNEL(tap, "2", "s8", "s9", "s10", "s11")                             \
              SMELT_CHANNEL(tap, "3", "s12", "s13", "s14", "s15")
#define SMELT_START(channel, s0, s1, s2, s3) \
  "lw %[" s0 "], " channel                   \
  "*16(%[records])\n\t"                      \
  "mv %[" s1 "], %[" s0                      \
  "]\n\t"                                    \
  "mv %[" s2 "], %[" s0                      \
  "]\n\t"                                    \
  "mv %[" s3 "], %[" s0 "]\n\t"
/// Compilers do not keep these sums in registers, though there are enough.
template <>
SMELT_INLINE void sum_patch<4>(const int8_t *patch, const int8_t *weights, const int8_t *end,
                               const int32_t *records, int32_t (&sums)[16]) {
  int32_t x0, x1, x2, x3, w, t;
  __asm__ volatile(
      SMELT_START("0", "s0", "s1", "s2", "s3")
      SMELT_START("1", "s4", "s5", "s6", "s7")
      SMELT_START("2", "s8", "s9", "s10", "s11")
      SMELT_START("3", "s12", "s13", "s14", "s15")
      "0:\n\t"
      SMELT_TAP("0") SMELT_TAP("1") SMELT_TAP("2") SMELT_TAP("3")
      "addi %[weights], %[weights], 16\n\t"
      "addi %[patch], %[patch], 16\n\t"
      "bne %[weights], %[end], 0b"
      : [s0] "=&r"(sums[0]), [s1] "=&r"(sums[1]), [s2] "=&r"(sums[2]), [s3] "=&r"(sums[3]),
        [s4] "=&r"(sums[4]), [s5] "=&r"(sums[5]), [s6] "=&r"(sums[6]), [s7] "=&r"(sums[7]),
        [s8] "=&r"(sums[8]), [s9] "=&r"(sums[9]), [s10] "=&r"(sums[10]), [s11] "=&r"(sums[11]),
        [s12] "=&r"(sums[12]), [s13] "=&r"(sums[13]), [s14] "=&r"(sums[14]),
        [s15] "=&r"(sums[15]), [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3),
        [w] "=&r"(w), [t] "=&r"(t), [patch] "+&r"(patch), [weights] "+&r"(weights)
      : [end] "r"(end), [records] "r"(records)
      : "memory");
}
#undef SMELT_CHANNEL
#undef SMELT_TAP
#undef SMELT_START
#endif

/// Outputs of one channel of some pixels, `pitch` apart, by its record: the high words of sum *
/// multiplier, plus offset, shifted to the right.
template <int32_t pixels>
SMELT_INLINE void round_once(const int32_t *sums, const int32_t *record, int8_t *output,
                             int32_t pitch, int32_t min, int32_t max) {
  const int32_t multiplier = record[1], offset = record[2], shift = record[3];
  unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) {
    const auto high = static_cast<int32_t>((int64_t{sums[p]} * multiplier) >> 32);
    *output = static_cast<int8_t>(limit((high + offset) >> shift, min, max));
    output += pitch;
  });
}

/// The same with two roundings: of twice the high word, ties upwards (multiply_high), then half
/// away from zero (see requantize).
template <int32_t pixels>
SMELT_INLINE void round_twice(const int32_t *sums, const int32_t *record, int8_t *output,
                              int32_t pitch, int32_t min, int32_t max) {
  const int32_t multiplier = record[1], offset = record[2], shift = record[3];
  unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) {
    const int64_t product = int64_t{2 * sums[p]} * multiplier;
    const int32_t rounded = static_cast<int32_t>(product >> 32) +
                            static_cast<int32_t>(static_cast<uint32_t>(product) >> 31) +
                            (sums[p] >> 31);
    *output = static_cast<int8_t>(limit((rounded + offset) >> shift, min, max));
    output += pitch;
  });
}

#if defined(__riscv_mul) && defined(__OPTIMIZE__)
#define SMELT_FINISH(sum, t)        \
  t "add %[t], %[t], %[offset]\n\t" \
    "sra %[t], %[t], %[shift]\n\t"  \
    "bge %[t], %[min], 0f\n\t"      \
    "mv %[t], %[min]\n"             \
    "0:\n\t"                        \
    "ble %[t], %[max], 0f\n\t"      \
    "mv %[t], %[max]\n"             \
    "0:\n\t"                        \
    "sb %[t], (%[output])\n\t"      \
    "add %[output], %[output], %[pitch]\n\t"
#define SMELT_ONCE(sum) SMELT_FINISH(sum, "mulh %[t], %[" sum "], %[multiplier]\n\t")
#define SMELT_TWICE(sum)                                 \
  SMELT_FINISH(sum, "slli %[t], %[" sum                  \
                    "], 1\n\t"                           \
                    "mul %[u], %[t], %[multiplier]\n\t"  \
                    "mulh %[t], %[t], %[multiplier]\n\t" \
                    "srli %[u], %[u], 31\n\t"            \
                    "add %[t], %[t], %[u]\n\t"           \
                    "srai %[u], %[" sum                  \
                    "], 31\n\t"                          \
                    "add %[t], %[t], %[u]\n\t")
#define SMELT_ROUND(round, name)                                                                   \
  template <>                                                                                      \
  SMELT_INLINE void name<4>(const int32_t *sums, const int32_t *record, int8_t *output,            \
                            int32_t pitch, int32_t min, int32_t max) {                             \
    int32_t t, u;                                                                                  \
    __asm__ volatile(round("s0") round("s1") round("s2") round("s3")                               \
                     : [output] "+&r"(output), [t] "=&r"(t), [u] "=&r"(u)                          \
                     : [s0] "r"(sums[0]), [s1] "r"(sums[1]), [s2] "r"(sums[2]), [s3] "r"(sums[3]), \
                       [multiplier] "r"(record[1]), [offset] "r"(record[2]),                       \
                       [shift] "r"(record[3]), [pitch] "r"(pitch), [min] "r"(min), [max] "r"(max)  \
                     : "memory");                                                                  \
  }
SMELT_ROUND(SMELT_ONCE, round_once)
SMELT_ROUND(SMELT_TWICE, round_twice)
#undef SMELT_ROUND
#undef SMELT_TWICE
#undef SMELT_ONCE
#undef SMELT_FINISH
#endif

}  // namespace blocks
}  // namespace smelt

#endif
