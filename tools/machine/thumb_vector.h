// SPDX-License-Identifier: Apache-2.0
//
// Vectors of Helium: four entries of State::registers each. Operand 0 of what makes a vector is the
// first of its entries, operand 5 whether the instruction is of a VPT block.
#pragma once

#include <algorithm>
#include <array>

#include "tools/machine/thumb.h"

namespace smelt::tools::machine::thumb_code {

using Lane = std::int64_t;
using Operands = std::initializer_list<Bits>;

struct Vector {
  std::array<Bits, 4> words = {};
  bool known = true;
};

inline Bits lane_of(const Vector& vector, unsigned width, unsigned index) {
  const unsigned at = width * index;
  return vector.words[at / 32] >> at % 32 & (~Bits{0} >> (32 - width));
}
inline Lane signed_lane_of(const Vector& vector, unsigned width, unsigned index) {
  return sign_extended(lane_of(vector, width, index), width);
}
inline Lane lane_of(const Vector& vector, unsigned width, bool is_signed, unsigned index) {
  return is_signed ? signed_lane_of(vector, width, index) : Lane{lane_of(vector, width, index)};
}
/// Of lanes that are zero so far.
inline void put_lane(Vector& vector, unsigned width, unsigned index, Lane value) {
  const unsigned at = width * index;
  vector.words[at / 32] |= (static_cast<Bits>(value) & (~Bits{0} >> (32 - width))) << at % 32;
}

inline Lane saturated(Lane x, unsigned width, bool is_signed) {
  const Lane most = (Lane{1} << (width - (is_signed ? 1 : 0))) - 1;
  return std::clamp(x, is_signed ? -most - 1 : Lane{0}, most);
}

inline Bits vector_at(const Instruction& instruction, unsigned from) {
  return singles + 4 * instruction.at(from, 3);
}
inline Bits first_single(const Instruction& instruction) {
  return vector_at(instruction, 13);
}

Vector get_vector(const State& state, std::uint8_t first);
/// The same in all lanes.
Vector repeated(Value value, unsigned width);
/// A bit for each byte that the instruction computes: not those behind the last lane of a loop, nor
/// those that a predicate leaves out.
Value active_bytes(const State& state, const Operation& operation);
/// Of the lowest four bits, each becomes a byte of ones or of zeros.
Bits bytes_of(Bits mask);
/// Sets the active bytes; the others stay.
void set_vector(State& state, const Operation& operation, const Vector& vector);

/// What lanes are: an operand. They have 8, 16 or 32 bits for a size of 0, 1 or 2.
constexpr Bits lanes(Bits size, bool is_signed) {
  return 8u << size | (is_signed ? 0x80u : 0u);
}
constexpr unsigned width_of(Bits lanes) {
  return lanes & 0x7f;
}
constexpr bool is_signed_of(Bits lanes) {
  return (lanes & 0x80) != 0;
}

/// Instructions without a sign in their encoding have it here: bit 28 says unsigned.
inline bool is_signed_of(const Instruction& instruction) {
  return !bit(instruction.bits, 28);
}

// What is computed lane by lane. Operand 1 is the first vector. Operand 2 is the second, or a
// general register that stands for all its lanes, or the immediate does, as operand 3 says. Operand
// 4 says what the lanes are.
enum Other : std::uint8_t { vector_of, register_of, immediate_of_all };

/// What a lane of the result is made of.
struct Terms {
  Lane a, b;
  Lane before;  // that of the result
  unsigned width;
  bool is_signed;
};
using Formula = Lane (*)(const Terms&);

inline Vector second_vector(const State& state, const Operation& operation, unsigned width) {
  switch (operation.operands[3]) {
    case vector_of: return get_vector(state, operation.operands[2]);
    case register_of: return repeated(get(state, operation, 2), width);
    default: return repeated(known(immediate_of(operation)), width);
  }
}

/// `of_before`: whether the formula has Terms::before.
template <Formula formula, bool of_before = false>
void each_lane(State& state, const Operation& operation) {
  const unsigned width = width_of(operation.operands[4]);
  const bool is_signed = is_signed_of(operation.operands[4]);
  const Vector a = get_vector(state, operation.operands[1]),
               b = second_vector(state, operation, width),
               before = get_vector(state, operation.operands[0]);
  Vector result = {{}, a.known && b.known && (!of_before || before.known)};
  for (unsigned i = 0; i < 128 / width; ++i)
    put_lane(result, width, i,
             formula({lane_of(a, width, is_signed, i), lane_of(b, width, is_signed, i),
                      lane_of(before, width, is_signed, i), width, is_signed}));
  set_vector(state, operation, result);
}

// Each decodes one group of what has vectors.
bool decode_two_vectors(Instruction& instruction);
bool decode_one_vector(Instruction& instruction);         ///< and immediates
bool decode_with_register(Instruction& instruction);      ///< in the place of the second vector
bool decode_float_lanes(Instruction& instruction);        ///< of two vectors
bool decode_float_of_register(Instruction& instruction);  ///< of a vector and a register
bool decode_float_lane(Instruction& instruction);         ///< of one vector: conversions
bool decode_change_of_width(Instruction& instruction);    ///< of lanes; products that are wider
bool decode_reduction(Instruction& instruction);          ///< into general registers
bool decode_predicate(Instruction& instruction);          ///< comparisons
bool decode_gather(Instruction& instruction);             ///< addresses in a vector

}  // namespace smelt::tools::machine::thumb_code
