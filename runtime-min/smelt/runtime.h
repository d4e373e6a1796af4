// SPDX-License-Identifier: Apache-2.0
//
// What every kernel header shares: the runtime's version, how functions are declared, and how
// constants are read. Freestanding C++14.
#ifndef SMELT_RUNTIME_H
#define SMELT_RUNTIME_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __AVR__
#include <avr/pgmspace.h>
#endif

/// Kernels are written to disappear into their one caller: with its numbers known, the compiler
/// drops what a layer does not need.
#define SMELT_INLINE inline __attribute__((always_inline))

/// Others are one function for all layers, however well their numbers are known.
#if defined(__GNUC__) && !defined(__clang__)
#define SMELT_SHARED __attribute__((noinline, noclone))
#else
#define SMELT_SHARED __attribute__((noinline))
#endif

/// Functions of assembly alone. Compilers must not conclude from an empty body what memory they
/// leave alone; addresses in them may be relative to whole words.
#if defined(__clang__)
#define SMELT_ASSEMBLY __attribute__((naked, noinline, unused, aligned(4))) static
#else
#define SMELT_ASSEMBLY __attribute__((naked, noipa, unused, aligned(4))) static
#endif

/// What layers call, and parts of it that are worth a function of their own: where code is to be
/// small, they share those as well, and loops are not written out.
#ifdef SMELT_SHARE_KERNELS
#define SMELT_UNROLLED 0
#define SMELT_KERNEL SMELT_SHARED
#define SMELT_PART inline SMELT_SHARED
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("Os")
#endif
#else
#define SMELT_UNROLLED 1
#define SMELT_KERNEL
#define SMELT_PART SMELT_INLINE
#endif

#define SMELT_UNLIKELY(condition) __builtin_expect((condition) ? 1 : 0, 0)

/// Sums that a kernel computes side by side, and what stands before the loop over them. Where there
/// are vector registers the loop must reach the vectorizer whole; elsewhere it is to vanish, so
/// that the sums live in registers. SMELT_TAPS is how many products of one sum go side by side.
#if defined(__SSE2__) || defined(__ARM_NEON) || defined(__ARM_FEATURE_MVE)
#define SMELT_LANES 16
#define SMELT_TAPS 16
#define SMELT_LANES_PRAGMA "GCC unroll 1"
#else
#define SMELT_LANES 4
#define SMELT_TAPS 1
#define SMELT_LANES_PRAGMA "GCC unroll 4"
#endif
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 8
#define SMELT_EACH_LANE _Pragma(SMELT_LANES_PRAGMA)
#else
#define SMELT_EACH_LANE
#endif

/// Constants that kernels read with load() only. AVR's flash is not part of its data memory: there
/// they stay in flash, and load() knows how to read it.
#ifdef __AVR__
#define SMELT_CONSTANT __attribute__((__progmem__))
/// One of several arrays that follow each other and are read as one: objects have at most 32,767
/// bytes there.
#define SMELT_CONSTANT_PART(name) \
  __attribute__((__section__(".progmem.data." name), __used__, __no_reorder__))
#else
#define SMELT_CONSTANT
#endif

namespace smelt {

/// Changes with every change of a kernel's arguments or result: emitted code asserts on it.
constexpr int runtime_abi = 1;

constexpr float infinity = __builtin_huge_valf();
constexpr float not_a_number = __builtin_nanf("");

#ifdef __AVR__

/// Copies a constant of so many bytes out of flash: numbers in place, structs by a call.
template <size_t bytes>
struct flash {
  static SMELT_INLINE void read(const void *constant, void *to) { memcpy_P(to, constant, bytes); }
};
template <>
struct flash<1> {
  static SMELT_INLINE void read(const void *constant, void *to) {
    const uint8_t value = pgm_read_byte(constant);
    memcpy(to, &value, sizeof value);
  }
};
template <>
struct flash<2> {
  static SMELT_INLINE void read(const void *constant, void *to) {
    const uint16_t value = pgm_read_word(constant);
    memcpy(to, &value, sizeof value);
  }
};
template <>
struct flash<4> {
  static SMELT_INLINE void read(const void *constant, void *to) {
    const uint32_t value = pgm_read_dword(constant);
    memcpy(to, &value, sizeof value);
  }
};

/// Reads a constant from where the device keeps constants.
template <typename T>
SMELT_INLINE T load(const T *constant) {
  T value;
  flash<sizeof(T)>::read(constant, &value);
  return value;
}

#else

/// Reads a constant from where the device keeps constants.
template <typename T>
SMELT_INLINE T load(const T *constant) {
  return *constant;
}

#endif

/// The T at a byte offset of an arena.
template <typename T>
SMELT_INLINE T *at(void *arena, size_t offset) {
  return reinterpret_cast<T *>(static_cast<unsigned char *>(arena) + offset);
}

template <typename T>
SMELT_INLINE T clamp(T value, T min, T max) {
  return value < min ? min : value > max ? max : value;
}

}  // namespace smelt

#endif
