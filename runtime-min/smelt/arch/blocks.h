// SPDX-License-Identifier: Apache-2.0
//
// Blocks of sums for cores without vectors: four output channels of a few neighbouring pixels, as
// many as there are registers for. Every input and every weight is loaded once for a block.
#ifndef SMELT_ARCH_BLOCKS_H
#define SMELT_ARCH_BLOCKS_H

#include "smelt/runtime.h"

/// Whether smelt/arch/blocks_riscv.h takes the place of what follows.
#if defined(__riscv_mul) && defined(__OPTIMIZE__)
#define SMELT_BLOCKS_RISCV 1
#else
#define SMELT_BLOCKS_RISCV 0
#endif

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

#if defined(__clang__)
#if __has_builtin(__builtin_elementwise_fma)
// Of Clang's, the one that is never a call: fmaf would have to set errno.
#define SMELT_FUSED(x, weight, sum) __builtin_elementwise_fma(x, weight, sum)
#endif
#endif
#if !defined(SMELT_FUSED)
#define SMELT_FUSED(x, weight, sum) __builtin_fmaf(x, weight, sum)
#endif

#if defined(__FP_FAST_FMAF) || defined(__ARM_FEATURE_FMA)
/// Adds a product, whatever the compiler is allowed to contract.
SMELT_INLINE void add_product(float x, float weight, float &sum) {
  sum = SMELT_FUSED(x, weight, sum);
}
#else
SMELT_INLINE void add_product(float x, float weight, float &sum) {
  sum += x * weight;
}
#endif
#undef SMELT_FUSED
SMELT_INLINE void add_product(int8_t x, int8_t weight, int32_t &sum) {
  sum += int32_t{x} * weight;
}

/// What follows loads nothing before this sum is known. Compilers that look for work to do
/// meanwhile load a whole block's operands ahead, for which there are no registers.
SMELT_INLINE void fence(int32_t sum) {
  __asm__ volatile("" : : "r"(sum) : "memory");
}
SMELT_INLINE void fence(float) {}

/// Copies neighbours to places `step` apart, and moves on.
template <int32_t step, typename Value>
SMELT_INLINE void spread(const Value *from, int32_t count, Value *&to) {
  constexpr int32_t together = 8;
  const Value *end = from + count, *whole = end - count % together;
  for (; from != whole; from += together, to += step * together)
    unrolled<together>::run([&](int32_t i)
                                __attribute__((always_inline)) { to[step * i] = from[i]; });
  for (; from != end; ++from, to += step) *to = *from;
}

/// Adds `taps` products to each sum, [pixel][channel], of inputs and weights [tap][channel], which
/// move on.
template <int32_t pixels, int32_t taps, typename Value, typename Sum>
SMELT_INLINE void add_taps(const Value *(&inputs)[pixels], const Value *&weights,
                           Sum (&sums)[channels * pixels]) {
  unrolled<taps>::run([&](int32_t tap) __attribute__((always_inline)) {
    unrolled<channels>::run([&](int32_t c) __attribute__((always_inline)) {
      const Value weight = weights[channels * tap + c];
      unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) {
        add_product(inputs[p][tap], weight, sums[channels * p + c]);
      });
    });
  });
  unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) { inputs[p] += taps; });
  weights += channels * taps;
}

/// Adds the products of `count` taps, which are neighbours in memory: the first at `input`, those
/// of the next pixels each `distance` further on.
template <int32_t pixels>
SMELT_INLINE void add_run(const float *input, int32_t distance, const float *weights, int32_t count,
                          float (&sums)[channels * pixels]) {
  constexpr int32_t together = 2;
  const float *inputs[pixels];
  unrolled<pixels>::run([&](int32_t p)
                            __attribute__((always_inline)) { inputs[p] = input + p * distance; });
  const float *end = weights + channels * count;
  const float *whole = end - channels * (count % together);
  while (weights != whole) add_taps<pixels, together>(inputs, weights, sums);
  while (weights != end) add_taps<pixels, 1>(inputs, weights, sums);
}

/// The sums [channel][pixel] of all taps of a patch [tap][pixel], a multiple of four up to `end` of
/// the weights, which begin with the first word of each channel's record.
template <int32_t pixels>
SMELT_INLINE void sum_patch(const int8_t *patch, const int8_t *weights, const int8_t *end,
                            const int32_t *records, int32_t (&sums)[channels * pixels]) {
  unrolled<channels>::run([&](int32_t c) __attribute__((always_inline)) {
    unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) {
      sums[pixels * c + p] = records[record_words * c];
    });
  });
  do {
    unrolled<4>::run([&](int32_t tap) __attribute__((always_inline)) {
      unrolled<channels>::run([&](int32_t c) __attribute__((always_inline)) {
        unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) {
          add_product(patch[pixels * tap + p], weights[channels * tap + c], sums[pixels * c + p]);
        });
      });
    });
    patch += 4 * pixels, weights += 4 * channels;
  } while (weights != end);
}

/// An output: the high word of sum * multiplier, plus offset, shifted to the right.
SMELT_INLINE int32_t round_once(int32_t sum, int32_t multiplier, int32_t offset, int32_t shift,
                                int32_t min, int32_t max);
/// The same with two roundings: of twice the high word, ties upwards (multiply_high), then half
/// away from zero (see requantize).
SMELT_INLINE int32_t round_twice(int32_t sum, int32_t multiplier, int32_t offset, int32_t shift,
                                 int32_t min, int32_t max);

#if !SMELT_BLOCKS_RISCV
SMELT_INLINE int32_t round_once(int32_t sum, int32_t multiplier, int32_t offset, int32_t shift,
                                int32_t min, int32_t max) {
  const auto high = static_cast<int32_t>((int64_t{sum} * multiplier) >> 32);
  return clamp((high + offset) >> shift, min, max);
}

SMELT_INLINE int32_t round_twice(int32_t sum, int32_t multiplier, int32_t offset, int32_t shift,
                                 int32_t min, int32_t max) {
  const int64_t product = int64_t{2 * sum} * multiplier;
  const int32_t rounded = static_cast<int32_t>(product >> 32) +
                          static_cast<int32_t>(static_cast<uint32_t>(product) >> 31) + (sum >> 31);
  return clamp((rounded + offset) >> shift, min, max);
}
#endif

/// Outputs of the first `count` channels of a block of integers by their records, of sums
/// [channel][pixel]; those of neighbouring pixels are `pitch` apart.
template <int32_t pixels, int32_t size>
SMELT_INLINE void finish_channels(const int32_t (&sums)[size], const int32_t *records, bool twice,
                                  int32_t count, int8_t *output, int32_t pitch, int32_t min,
                                  int32_t max) {
  unrolled<size / pixels>::run([&](int32_t c) __attribute__((always_inline)) {
    if (c >= count) return;
    const int32_t *record = records + record_words * c;
    const int32_t multiplier = record[1], offset = record[2], shift = record[3];
    int8_t *to = output + c;
    unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) {
      const int32_t sum = sums[pixels * c + p];
      *to = static_cast<int8_t>(twice ? round_twice(sum, multiplier, offset, shift, min, max)
                                      : round_once(sum, multiplier, offset, shift, min, max));
      to += pitch;
    });
  });
}

/// The same, by the best means there are.
template <int32_t pixels, int32_t size>
SMELT_INLINE void finish_integers(const int32_t (&sums)[size], const int32_t *records, bool twice,
                                  int32_t count, int8_t *output, int32_t pitch, int32_t min,
                                  int32_t max) {
  finish_channels<pixels>(sums, records, twice, count, output, pitch, min, max);
}

/// Outputs of a block of pixels, `pitch` apart, of their sums [pixel][channel].
template <int32_t pixels, typename Limit>
SMELT_INLINE void finish_floats(const float (&sums)[channels * pixels], const float *bias,
                                float *output, int32_t pitch, const Limit &limit) {
  unrolled<pixels>::run([&](int32_t p) __attribute__((always_inline)) {
    unrolled<channels>::run([&](int32_t c) __attribute__((always_inline)) {
      output[c] = limit(sums[channels * p + c] + bias[c]);
    });
    output += pitch;
  });
}

/// With no more comparisons than the limits want.
template <int32_t pixels>
SMELT_INLINE void finish_floats(const float (&sums)[channels * pixels], const float *bias,
                                float *output, int32_t pitch, float min, float max) {
  if (max < infinity)
    finish_floats<pixels>(sums, bias, output, pitch,
                          [&](float value)
                              __attribute__((always_inline)) { return clamp(value, min, max); });
  else if (min > -infinity)
    finish_floats<pixels>(sums, bias, output, pitch,
                          [&](float value)
                              __attribute__((always_inline)) { return value < min ? min : value; });
  else
    finish_floats<pixels>(sums, bias, output, pitch,
                          [&](float value) __attribute__((always_inline)) { return value; });
}

}  // namespace blocks
}  // namespace smelt

#include "smelt/arch/blocks_fpv4.h"
#include "smelt/arch/blocks_riscv.h"

#endif
