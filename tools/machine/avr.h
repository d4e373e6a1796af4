// SPDX-License-Identifier: Apache-2.0
//
// What the parts of AVR's instruction set share, as the AVR Instruction Set Manual groups it. A
// function that decodes returns whether it knows the instruction.
#pragma once

#include <initializer_list>

#include "tools/machine/emulator.h"

namespace smelt::tools::machine::avr_code {

using Bits = std::uint32_t;

/// Numbers of State::registers, beside 0 to 31, of 8 bits each.
enum Register : std::uint8_t {
  pointer_x = 26,
  pointer_y = 28,
  pointer_z = 30,
  flag_c = 32,  // flags in the order of the status register
  flag_z,
  flag_n,
  flag_v,
  flag_s,
  flag_h,
  flag_t,
  flag_i,
  stack_low,  // the stack pointer is in two of them
  stack_high,
  page_of_data,   // RAMPZ: what is above the pointer Z
  page_of_code,   // EIND
  bytes_of_code,  // of an address on the stack: 2 or 3
};

/// Data are there in State::memory. Registers are the first 32 bytes, and then there are ports.
constexpr std::uint32_t data_address = 0x800000, ports_address = 0x20;

constexpr Bits field(Bits bits, unsigned from, unsigned count) {
  return bits >> from & ((Bits{1} << count) - 1);
}
constexpr bool bit(Bits bits, unsigned at) {
  return (bits >> at & 1) != 0;
}
constexpr Value known(Bits bits) {
  return {bits, true};
}

struct Instruction {
  Bits bits = 0;    ///< the first word
  Bits second = 0;  ///< the next one, which is part of some
  Bits skip = 0;    ///< where it goes if it skips the next instruction
  Operation operation = {};

  Bits at(unsigned from, unsigned count) const { return field(bits, from, count); }
  bool has(Bits mask, Bits value) const { return (bits & mask) == value; }
  /// The register in bits 4 to 8.
  Bits to() const { return at(4, 5); }
  /// The register in bits 9 and 0 to 3.
  Bits from() const { return at(9, 1) << 4 | at(0, 4); }
  Bits next() const { return operation.address + operation.bytes; }

  /// Says what it does: true.
  bool is(Operation::Execute execute, std::initializer_list<Bits> operands = {},
          Bits immediate = 0) {
    operation.execute = execute;
    std::size_t number = 0;
    for (const Bits operand : operands)
      operation.operands[number++] = static_cast<std::uint8_t>(operand);
    operation.immediate = static_cast<std::int32_t>(immediate);
    return true;
  }
  /// The same of what may go elsewhere than to the next instruction.
  bool branches(Operation::Execute execute, std::initializer_list<Bits> operands = {},
                Bits immediate = 0) {
    operation.ends_block = true;
    return is(execute, operands, immediate);
  }
};

inline Value& at(State& state, const Operation& operation, std::size_t operand) {
  return state.registers[operation.operands[operand]];
}
inline Bits immediate_of(const Operation& operation) {
  return static_cast<Bits>(operation.immediate);
}
/// Two registers as a number of 16 bits.
inline Value pair(const State& state, std::uint8_t low) {
  const Value a = state.registers[low], b = state.registers[low + 1u];
  return {b.bits << 8 | a.bits, a.known && b.known};
}
inline void set_pair(State& state, std::uint8_t low, Value value) {
  state.registers[low] = {value.bits & 0xff, value.known};
  state.registers[low + 1u] = {value.bits >> 8 & 0xff, value.known};
}
inline void set_flag(State& state, std::uint8_t flag, bool value, bool is_known) {
  state.registers[flag] = {value ? 1u : 0u, is_known};
}

/// Bytes of data: registers, ports of the core itself, or memory. Other ports read as unknown.
Value load(State& state, Value address);
void store(State& state, Value address, Value value);
void push(State& state, Value value);
Value pop(State& state);

bool decode_arithmetic(Instruction& instruction);
bool decode_memory(Instruction& instruction);
bool decode_branch(Instruction& instruction);
/// Of instructions of two words.
bool is_long(Bits bits);

}  // namespace smelt::tools::machine::avr_code
