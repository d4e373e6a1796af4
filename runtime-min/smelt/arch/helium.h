// SPDX-License-Identifier: Apache-2.0
//
// What kernels need of Arm's vectors of 128 bits (MVE, "Helium"), and the same in plain C++ where
// there are none.
//
// Weights of dot products lie in blocks of four channels, [vector][channel][16]: every vector of
// inputs is read once for four sums. Where the taps do not fill whole vectors it is the first one
// that is short: that of the vector without a sum before it. It is filled up with zeros, at its
// front, so that inputs are read by pointers that move on by 16.
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
SMELT_INLINE s32x4 both(s32x4 a, s32x4 b) {
  return vandq_s32(a, b);
}
template <int32_t by>
SMELT_INLINE s32x4 shift_left(s32x4 a) {
  return vshlq_n_s32(a, by);
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
/// The low bytes of the first `count` lanes.
SMELT_INLINE void store_bytes(int8_t *to, s32x4 a, int32_t count) {
  vstrbq_p_s32(to, a, vctp32q(static_cast<uint32_t>(count)));
}
/// Four bytes, widened.
SMELT_INLINE s32x4 load_bytes(const int8_t *from) {
  return vldrbq_s32(from);
}
/// The first `count` of four; nothing is read for the others.
SMELT_INLINE s32x4 load_bytes(const int8_t *from, int32_t count) {
  return vldrbq_z_s32(from, vctp32q(static_cast<uint32_t>(count)));
}

SMELT_INLINE s8x16 load_s8(const int8_t *from) {
  return vldrbq_s8(from);
}
/// To the last `count` lanes; nothing is read for the others, which are 0.
SMELT_INLINE s8x16 load_s8(const int8_t *from, int32_t count) {
  const int32_t others = vector_bytes - count;
  return vldrbq_z_s8(from - others, vpnot(vctp8q(static_cast<uint32_t>(others))));
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
SMELT_INLINE s32x4 both(s32x4 a, s32x4 b) {
  return lanes([&](int32_t i) { return a.lane[i] & b.lane[i]; });
}
template <int32_t by>
SMELT_INLINE s32x4 shift_left(s32x4 a) {
  return lanes([&](int32_t i) { return smelt::shift_left(a.lane[i], by); });
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
    if (right <= 0) return smelt::shift_left(a.lane[i], -right);
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
SMELT_INLINE void store_bytes(int8_t *to, s32x4 a, int32_t count) {
  for (int32_t i = 0; i < 4 && i < count; ++i) to[i] = static_cast<int8_t>(a.lane[i]);
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
        sums.lane[channel] += input[i] * weights[channel * vector_bytes + vector_bytes - count + i];
  return sums;
}

SMELT_INLINE int32_t dot_1(const int8_t *input, const int8_t *weights, int32_t taps) {
  int32_t sum = 0, count = first_taps(taps);
  for (; taps > 0; taps -= count, input += count, count = vector_bytes, weights += count)
    for (int32_t i = 0; i < count; ++i) sum += input[i] * weights[vector_bytes - count + i];
  return sum;
}

#endif

}  // namespace helium
}  // namespace smelt

#endif
