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

/// Outputs of one channel of some pixels, `pitch` apart, by its record: the high words of sum *
/// multiplier, plus offset, shifted to the right.
template <int32_t pixels>
SMELT_INLINE void round_once(const int32_t *sums, const int32_t *record, int8_t *output,
                             int32_t pitch, int32_t min, int32_t max) {
  const int32_t multiplier = record[1], offset = record[2], shift = record[3];
  unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) {
    const auto high = static_cast<int32_t>((int64_t{sums[p]} * multiplier) >> 32);
    *output = static_cast<int8_t>(clamp((high + offset) >> shift, min, max));
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
    *output = static_cast<int8_t>(clamp((rounded + offset) >> shift, min, max));
    output += pitch;
  });
}

}  // namespace blocks
}  // namespace smelt

#if defined(__riscv_mul) && defined(__OPTIMIZE__)
#include "smelt/arch/blocks_riscv.h"
#endif

#endif
