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
/// Of lanes that are zero so far.
inline void put_lane(Vector& vector, unsigned width, unsigned index, Bits value) {
  const unsigned at = width * index;
  vector.words[at / 32] |= (value & (~Bits{0} >> (32 - width))) << at % 32;
}

template <unsigned width>
Lane saturated(Lane x) {
  constexpr Lane most = (Lane{1} << (width - 1)) - 1;
  return std::clamp(x, -most - 1, most);
}

inline Bits first_single(const Instruction& instruction) {
  return singles + 4 * instruction.at(13, 3);
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

/// Those whose results are known exactly.
bool decode_lanes(Instruction& instruction);
bool decode_change_of_width(Instruction& instruction);  ///< of lanes; products that are wider
bool decode_vector_sum(Instruction& instruction);       ///< into a general register

}  // namespace smelt::tools::machine::thumb_code
