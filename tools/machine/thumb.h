// SPDX-License-Identifier: Apache-2.0
//
// What the parts of Thumb's instruction set share. Each part decodes one group of encodings, as the
// Architecture Reference Manuals of Armv7-M and Armv8-M group them. A function that decodes returns
// whether it knows the instruction.
#pragma once

#include <initializer_list>

#include "tools/machine/emulator.h"

namespace smelt::tools::machine::thumb_code {

using Bits = std::uint32_t;

/// Numbers of State::registers, beside 0 to 15.
enum Register : std::uint8_t {
  sp = 13,
  lr = 14,
  pc = 15,  // its entry is not used: what reads it is decoded as what its value is
  flag_n = 16,
  flag_z,
  flag_c,
  flag_v,
  flag_q,
  singles,                       // 32 of them; Q0 is the first four
  float_flags = singles + 32,    // N, Z, C, V of comparisons of floats
  loop_lanes = float_flags + 4,  // of a loop whose last turn has fewer; 0: there is no such loop
  predicate,                     // of vectors: a bit for each byte
  flag_ge,                       // four, of parallel sums: a bit for each byte
  nowhere,                       // written, never read
  zero,                          // read, never written
};

constexpr std::uint8_t always = 14;
/// As always; behind it, what follows in its VPT block is for the other lanes.
constexpr std::uint8_t then_others = 15;

constexpr Bits field(Bits bits, unsigned from, unsigned count) {
  return bits >> from & ((Bits{1} << count) - 1);
}
constexpr bool bit(Bits bits, unsigned at) {
  return (bits >> at & 1) != 0;
}
constexpr std::int32_t sign_extended(Bits bits, unsigned width) {
  return static_cast<std::int32_t>(bits << (32 - width)) >> (32 - width);
}
constexpr std::int32_t as_signed(Bits bits) {
  return static_cast<std::int32_t>(bits);
}
constexpr Bits as_bits(std::int32_t number) {
  return static_cast<Bits>(number);
}
constexpr Value known(Bits bits) {
  return {bits, true};
}

bool holds(State& state, std::uint8_t condition);

template <Operation::Execute execute>
void when_it_holds(State& state, const Operation& operation) {
  if (holds(state, operation.condition)) execute(state, operation);
  if (operation.condition == then_others) state.registers[predicate].bits ^= 0xffff;
}

/// An instruction that is being decoded. `bits`: of the two halves of a long one, the first above.
struct Instruction {
  Bits bits = 0;
  bool in_it = false;         ///< its condition is that of an IT block
  std::uint8_t it_state = 0;  ///< begins an IT block: as its encoding has it
  std::uint8_t vpt_mask = 0;  ///< begins a VPT block: as its encoding has it
  Operation operation = {};

  Bits at(unsigned from, unsigned count) const { return field(bits, from, count); }
  bool has(Bits mask, Bits value) const { return (bits & mask) == value; }
  /// The program counter as instructions read it.
  Bits here() const { return operation.address + 4; }

  /// Says what it does: true.
  template <Operation::Execute execute>
  bool is(std::initializer_list<Bits> operands = {}, Bits immediate = 0) {
    operation.execute = operation.condition == always ? execute : when_it_holds<execute>;
    std::size_t next = 0;
    for (const Bits operand : operands)
      operation.operands[next++] = static_cast<std::uint8_t>(operand);
    operation.immediate = as_signed(immediate);
    return true;
  }
  /// The same of what may go elsewhere than to the next instruction.
  template <Operation::Execute execute>
  bool branches(std::initializer_list<Bits> operands = {}, Bits immediate = 0) {
    operation.ends_block = true;
    return is<execute>(operands, immediate);
  }
};

inline Value get(const State& state, std::uint8_t number) {
  return state.registers[number];
}
inline Value get(const State& state, const Operation& operation, std::size_t operand) {
  return state.registers[operation.operands[operand]];
}
inline Bits immediate_of(const Operation& operation) {
  return as_bits(operation.immediate);
}

inline void set(State& state, std::uint8_t number, Value value) {
  state.registers[number] = value;
  if (number == sp && value.known && value.bits < state.lowest_stack)
    state.lowest_stack = value.bits;
}
inline void set(State& state, const Operation& operation, std::size_t operand, Value value) {
  set(state, operation.operands[operand], value);
}

inline void set_flag(State& state, Register flag, bool value) {
  state.registers[flag] = known(value ? 1 : 0);
}
/// N and Z.
inline void set_sign(State& state, Value result) {
  state.registers[flag_n] = {result.bits >> 31, result.known};
  state.registers[flag_z] = {result.known && result.bits == 0, result.known};
}

inline void jump(State& state, Value target) {
  if (!target.known) state.fault = "a jump to an address that is not known";
  state.pc = target.bits & ~Bits{1};
}

void do_nothing(State& state, const Operation& operation);
/// Registers of operands 0 and 1 become those of 2 and 3.
void move_two(State& state, const Operation& operation);
/// What is not modelled: two ranges of registers become unknown. Operands 0 and 2 are the first
/// ones, 1 and 3 how many.
void forget_ranges(State& state, const Operation& operation);

bool decode_16(Instruction& instruction);
bool decode_branch(Instruction& instruction);       ///< long ones, loops and hints
bool decode_immediate(Instruction& instruction);    ///< data processing, of immediates
bool decode_shifted(Instruction& instruction);      ///< data processing, of shifted registers
bool decode_register(Instruction& instruction);     ///< shifts, extensions, parallel sums
bool decode_wide_shift(Instruction& instruction);   ///< of 64 bits, and those that saturate
bool decode_multiply(Instruction& instruction);     ///< and divisions
bool decode_memory(Instruction& instruction);       ///< of one register
bool decode_memory_pair(Instruction& instruction);  ///< of two or more, and jumps by table
bool decode_float(Instruction& instruction);        ///< arithmetic and moves
bool decode_float_memory(Instruction& instruction);
bool decode_vector(Instruction& instruction);  ///< of Helium
bool decode_vector_memory(Instruction& instruction);

}  // namespace smelt::tools::machine::thumb_code
