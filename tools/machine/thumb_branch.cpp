// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/thumb_branch.h"

#include <algorithm>

namespace smelt::tools::machine::thumb_code {
namespace {

constexpr std::uint8_t flags_by_bit[] = {flag_n, flag_z, flag_c, flag_v, flag_q};

void branch(State& state, const Operation& operation) {
  state.pc = immediate_of(operation);
}

void link(State& state, const Operation& operation) {
  set(state, lr, known((operation.address + operation.bytes) | 1));
}

void branch_and_link(State& state, const Operation& operation) {
  link(state, operation);
  branch(state, operation);
}

void jump_to(State& state, const Operation& operation) {
  jump(state, get(state, operation, 0));
}

void jump_and_link(State& state, const Operation& operation) {
  const Value target = get(state, operation, 0);
  link(state, operation);
  jump(state, target);
}

bool is_zero(State& state, Value value) {
  return value.known ? value.bits == 0 : state.toss();
}

void branch_if_zero(State& state, const Operation& operation) {
  if (is_zero(state, get(state, operation, 0))) branch(state, operation);
}
void branch_if_not_zero(State& state, const Operation& operation) {
  if (!is_zero(state, get(state, operation, 0))) branch(state, operation);
}

/// Operand 0 has the number of turns, operand 1 is how many lanes a vector has if the last turn may
/// have fewer, and otherwise 0.
void begin_loop(State& state, const Operation& operation) {
  set(state, lr, get(state, operation, 0));
  state.registers[loop_lanes] = known(operation.operands[1]);
}

void begin_loop_or_branch(State& state, const Operation& operation) {
  if (is_zero(state, get(state, operation, 0))) return branch(state, operation);
  begin_loop(state, operation);
}

/// One turn less; or so many lanes less, if the loop counts these.
void end_turn(State& state, const Operation& operation, Bits less) {
  const Value left = get(state, lr);
  const bool again = left.known ? left.bits > less : state.toss();
  if (!again) {
    state.registers[loop_lanes] = known(0);
    return;
  }
  set(state, lr, {left.bits - less, left.known});
  branch(state, operation);
}

void end_turn_of_loop(State& state, const Operation& operation) {
  end_turn(state, operation, 1);
}
void end_turn_of_lanes(State& state, const Operation& operation) {
  end_turn(state, operation, get(state, loop_lanes).bits);
}

/// Of a vector, the lanes whose number is below that of a register: operand 1 is how many there
/// are.
void choose_lanes(State& state, const Operation& operation) {
  const Value count = get(state, operation, 0);
  const Bits lanes = operation.operands[1];
  const Bits mask = (Bits{1} << (16 / lanes * std::min(count.bits, lanes))) - 1;
  const Value before = operation.operands[5] != 0 ? get(state, predicate) : known(0xffff);
  state.registers[predicate] = {mask & before.bits, count.known && before.known};
}

void clear_lanes(State& state, const Operation&) {
  state.registers[loop_lanes] = known(0);
}

/// What loops have in the place of a branch to Arm code: 1110 or 1100 on top of the second half.
bool decode_loop(Instruction& instruction) {
  const Bits count = instruction.at(16, 4), kind = instruction.at(20, 3);
  const Bits offset = instruction.at(1, 10) << 2 | instruction.at(11, 1) << 1;
  const Bits lanes = kind < 4 ? 16u >> kind : 0;
  const bool has_target = !bit(instruction.bits, 13);
  if (!instruction.has(0xFF800001, 0xF0000001))  // a hint of a branch that is to come
    return instruction.is<do_nothing>();
  if (count == pc && !has_target) return instruction.is<clear_lanes>();
  if (count == pc) {
    const Bits target = instruction.here() - offset;
    if (kind == 2) return instruction.branches<branch>({}, target);
    return kind == 1 ? instruction.branches<end_turn_of_lanes>({}, target)
                     : instruction.branches<end_turn_of_loop>({}, target);
  }
  if (bit(instruction.bits, 11) && !has_target)
    return lanes != 0 && instruction.is<choose_lanes>({count, lanes});
  return has_target ? instruction.branches<begin_loop_or_branch>({count, lanes},
                                                                 instruction.here() + offset)
                    : instruction.is<begin_loop>({count, lanes});
}

void get_flags(State& state, const Operation& operation) {
  const Value ge = get(state, flag_ge);
  Value all = {ge.bits << 16, ge.known};
  for (std::uint8_t i = 0; i < 5; ++i) {
    const Value flag = get(state, flags_by_bit[i]);
    all = {all.bits | flag.bits << (31 - i), all.known && flag.known};
  }
  set(state, operation, 0, all);
}
/// Operand 1: which of the flags of sums, and of those of parallel sums.
void set_flags(State& state, const Operation& operation) {
  const Value all = get(state, operation, 0);
  if (bit(operation.operands[1], 1))
    for (std::uint8_t i = 0; i < 5; ++i)
      state.registers[flags_by_bit[i]] = {field(all.bits, 31u - i, 1), all.known};
  if (bit(operation.operands[1], 0)) state.registers[flag_ge] = {field(all.bits, 16, 4), all.known};
}

/// Special registers, of which flags are known; hints, barriers and what writes others change
/// nothing here.
bool decode_special(Instruction& instruction) {
  const bool flags = instruction.at(0, 8) < 4;
  if (instruction.has(0xFFE00000, 0xF3E00000))
    return flags ? instruction.is<get_flags>({instruction.at(8, 4)})
                 : instruction.is<forget_ranges>({instruction.at(8, 4), 1});
  if (instruction.has(0xFFE00000, 0xF3800000) && flags)
    return instruction.is<set_flags>({instruction.at(16, 4), instruction.at(10, 2)});
  return instruction.is<do_nothing>();
}

/// The offset of far branches, whose second and third bit are mixed with the sign.
Bits far_offset(const Instruction& instruction) {
  const Bits sign = instruction.at(26, 1);
  const Bits second = 1 ^ instruction.at(13, 1) ^ sign, third = 1 ^ instruction.at(11, 1) ^ sign;
  return as_bits(sign_extended(sign << 24 | second << 23 | third << 22 |
                                   instruction.at(16, 10) << 12 | instruction.at(0, 11) << 1,
                               25));
}

bool decode_conditional(Instruction& instruction) {
  instruction.operation.condition = static_cast<std::uint8_t>(instruction.at(22, 4));
  const Bits offset = instruction.at(26, 1) << 20 | instruction.at(11, 1) << 19 |
                      instruction.at(13, 1) << 18 | instruction.at(16, 6) << 12 |
                      instruction.at(0, 11) << 1;
  return is_branch(instruction, as_bits(sign_extended(offset, 21)));
}

}  // namespace

bool is_branch(Instruction& instruction, Bits offset) {
  return instruction.branches<branch>({}, instruction.here() + offset);
}

bool is_jump(Instruction& instruction, Bits to, bool link) {
  return link ? instruction.branches<jump_and_link>({to}) : instruction.branches<jump_to>({to});
}

bool is_jump_at_zero(Instruction& instruction) {
  const Bits target = instruction.here() + (instruction.at(9, 1) << 6 | instruction.at(3, 5) << 1);
  const Bits number = instruction.at(0, 3);
  return bit(instruction.bits, 11) ? instruction.branches<branch_if_not_zero>({number}, target)
                                   : instruction.branches<branch_if_zero>({number}, target);
}

bool decode_branch(Instruction& instruction) {
  switch (instruction.at(14, 1) << 1 | instruction.at(12, 1)) {
    case 3:
      return instruction.branches<branch_and_link>({},
                                                   instruction.here() + far_offset(instruction));
    case 2: return decode_loop(instruction);
    case 1: return is_branch(instruction, far_offset(instruction));
    default: break;
  }
  if (instruction.at(23, 3) != 7) return decode_conditional(instruction);
  return decode_special(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
