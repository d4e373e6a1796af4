// SPDX-License-Identifier: Apache-2.0
//
// Floats, of single and of double precision. A double is in two entries of State::registers.
#pragma once

#include <bit>
#include <cmath>
#include <limits>

#include "tools/machine/thumb.h"

namespace smelt::tools::machine::thumb_code {

inline float as_float(Bits bits) {
  return std::bit_cast<float>(bits);
}
inline Bits bits_of(float number) {
  return std::bit_cast<Bits>(number);
}

inline Bits single(const Instruction& instruction, unsigned from, unsigned low) {
  return singles + (instruction.at(from, 4) << 1 | instruction.at(low, 1));
}
/// The first of the two singles of a double, of which there are 16.
inline Bits pair(const Instruction& instruction, unsigned from) {
  return singles + 2 * instruction.at(from, 4);
}

/// Of numbers below zero there is none.
template <typename T>
T square_root(T x) {
  return x < 0 ? std::numeric_limits<T>::quiet_NaN() : std::sqrt(x);
}

template <typename T>
struct Number {
  T value;
  bool known;
};

template <typename T>
Number<T> get_number(const State& state, const Operation& operation, std::size_t operand) {
  const std::uint8_t first = operation.operands[operand];
  const Value low = get(state, first);
  if constexpr (sizeof(T) == 4) {
    return {as_float(low.bits), low.known};
  } else {
    // There is no double but zero behind the register that is always zero.
    const Value high = first == zero ? low : state.registers[first + 1u];
    return {std::bit_cast<double>(std::uint64_t{high.bits} << 32 | low.bits),
            low.known && high.known};
  }
}

template <typename T>
void set_number(State& state, const Operation& operation, std::size_t operand, Number<T> number) {
  const std::uint8_t first = operation.operands[operand];
  if constexpr (sizeof(T) == 4) {
    state.registers[first] = {bits_of(number.value), number.known};
  } else {
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(number.value);
    state.registers[first] = {static_cast<Bits>(bits), number.known};
    state.registers[first + 1u] = {static_cast<Bits>(bits >> 32), number.known};
  }
}

/// What is too large becomes the largest number, and what is no number becomes 0.
template <bool is_signed>
Bits integer_of(double x) {
  if (std::isnan(x)) return 0;
  if (is_signed)
    return x >= 0x1p31   ? 0x7fffffffu
           : x < -0x1p31 ? 0x80000000u
                         : as_bits(static_cast<std::int32_t>(x));
  return x >= 0x1p32 ? 0xffffffffu : x < 0 ? 0u : static_cast<Bits>(x);
}

inline float towards_zero(float x) {
  return std::trunc(x);
}
inline float to_even(float x) {
  return std::nearbyint(x);
}
inline float from_zero(float x) {
  return std::round(x);
}
inline float up(float x) {
  return std::ceil(x);
}
inline float down(float x) {
  return std::floor(x);
}

template <typename T>
void compare(State& state, const Operation& operation) {
  const auto first = get_number<T>(state, operation, 0),
             second = get_number<T>(state, operation, 1);
  const T a = first.value, b = second.value;
  const bool unordered = std::isnan(a) || std::isnan(b);
  const bool flags[] = {a < b, a == b, unordered || a >= b, unordered};
  for (std::size_t i = 0; i < 4; ++i)
    state.registers[float_flags + i] = {flags[i] ? 1u : 0u, first.known && second.known};
}

template <typename T>
bool is_comparison(Instruction& instruction, Bits first, Bits second) {
  return instruction.is<compare<T>>({first, second});
}

/// Conversions of halves and of numbers with a point.
bool decode_half_conversion(Instruction& instruction);
bool decode_fixed(Instruction& instruction);
/// Sums, products and quotients, of singles and of doubles.
bool decode_float_sum(Instruction& instruction);
bool decode_double(Instruction& instruction);

}  // namespace smelt::tools::machine::thumb_code
