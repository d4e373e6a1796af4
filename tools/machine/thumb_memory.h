// SPDX-License-Identifier: Apache-2.0
//
// Loads and stores of general registers.
#pragma once

#include "tools/machine/thumb.h"

namespace smelt::tools::machine::thumb_code {

/// Where memory is accessed, and what becomes of the register with the address, operand 1.
enum class Place : std::uint8_t {
  offset,   // at the register plus the immediate
  before,   // there as well, and the register becomes that
  after,    // at the register, to which the immediate is then added
  indexed,  // at the register plus operand 2 shifted left by operand 3
};

template <Place place>
Value address_of(State& state, const Operation& operation) {
  const Value base = get(state, operation, 1);
  if (place == Place::indexed) {
    const Value index = get(state, operation, 2);
    return {base.bits + (index.bits << operation.operands[3]), base.known && index.known};
  }
  const Value moved = {base.bits + immediate_of(operation), base.known};
  if (place != Place::offset) set(state, operation, 1, moved);
  return place == Place::after ? base : moved;
}

inline Value load_at(State& state, Value address, Bits offset, unsigned bytes) {
  return address.known ? state.memory.load(address.bits + offset, bytes) : Value::unknown();
}
inline void store_at(State& state, Value address, Bits offset, unsigned bytes, Value value) {
  if (address.known) state.memory.store(address.bits + offset, bytes, value);
}

/// The base of an address, and what its offset is to be: the program counter's place is known.
struct Base {
  Bits number, offset;
};
inline Base base_of(const Instruction& instruction, Bits number, Bits offset) {
  if (number != pc) return {number, offset};
  return {zero, (instruction.here() & ~Bits{3}) + offset};
}

inline Bits offset_of(Bits magnitude, bool up) {
  return up ? magnitude : 0 - magnitude;
}

/// Operand 0 is the register that is loaded or stored. `size`: 0, 1 and 2 for 1, 2 and 4 bytes.
bool is_load(Instruction& instruction, Bits size, bool is_signed, Place place,
             std::initializer_list<Bits> operands, Bits immediate);
bool is_store(Instruction& instruction, Bits size, Place place,
              std::initializer_list<Bits> operands, Bits immediate);
/// `registers`: a mask. `down`: they end below the address, instead of beginning there.
bool is_load_multiple(Instruction& instruction, Bits base, Bits registers, bool write_back,
                      bool down);
bool is_store_multiple(Instruction& instruction, Bits base, Bits registers, bool write_back,
                       bool down);

}  // namespace smelt::tools::machine::thumb_code
