// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/thumb_arithmetic.h"
#include "tools/machine/thumb_branch.h"
#include "tools/machine/thumb_memory.h"

namespace smelt::tools::machine::thumb_code {
namespace {

/// Low registers: that of a field of three bits.
Bits low(const Instruction& instruction, unsigned from) {
  return instruction.at(from, 3);
}

template <bool flags>
void multiply(State& state, const Operation& operation) {
  const Value a = get(state, operation, 1), b = get(state, operation, 2);
  const Value result = {a.bits * b.bits, a.known && b.known};
  set(state, operation, 0, result);
  if (flags) set_sign(state, result);
}

bool decode_shift(Instruction& instruction) {
  const auto [kind, distance] = immediate_shift(instruction.at(11, 2), instruction.at(6, 5));
  return is_data<Second::shifted>(instruction, Op::bit_or, !instruction.in_it,
                                  {low(instruction, 0), zero, low(instruction, 3), kind, distance});
}

bool decode_sum(Instruction& instruction) {
  const Op op = bit(instruction.bits, 9) ? Op::subtract : Op::add;
  const Bits to = low(instruction, 0), from = low(instruction, 3), other = low(instruction, 6);
  return bit(instruction.bits, 10)
             ? is_data<Second::immediate>(instruction, op, !instruction.in_it,
                                          {to, from, same_carry}, other)
             : is_data<Second::plain>(instruction, op, !instruction.in_it, {to, from, other});
}

bool decode_of_byte(Instruction& instruction) {
  const Bits number = low(instruction, 8), value = instruction.at(0, 8);
  const bool flags = !instruction.in_it;
  const auto is = [&](Op op, bool sets_flags, Bits to, Bits from) {
    return is_data<Second::immediate>(instruction, op, sets_flags, {to, from, same_carry}, value);
  };
  switch (instruction.at(11, 2)) {
    case 0: return is(Op::bit_or, flags, number, zero);
    case 1: return is(Op::subtract, true, nowhere, number);
    case 2: return is(Op::add, flags, number, number);
    default: return is(Op::subtract, flags, number, number);
  }
}

bool decode_of_two(Instruction& instruction) {
  const Bits to = low(instruction, 0), from = low(instruction, 3);
  const bool flags = !instruction.in_it;
  const auto is = [&](Op op, Bits result, Bits first) {
    return is_data<Second::plain>(instruction, op, flags || result == nowhere,
                                  {result, first, from});
  };
  const auto shifts = [&](Shift kind) {
    return flags ? instruction.is<shift_by_register<true>>({to, to, from, kind})
                 : instruction.is<shift_by_register<false>>({to, to, from, kind});
  };
  switch (instruction.at(6, 4)) {
    case 0: return is(Op::bit_and, to, to);
    case 1: return is(Op::exclusive_or, to, to);
    case 2: return shifts(shift_left);
    case 3: return shifts(shift_right);
    case 4: return shifts(shift_right_signed);
    case 5: return is(Op::add_carry, to, to);
    case 6: return is(Op::subtract_carry, to, to);
    case 7: return shifts(rotate);
    case 8: return is(Op::bit_and, nowhere, to);
    case 9:
      return is_data<Second::immediate>(instruction, Op::reverse_subtract, flags,
                                        {to, from, same_carry});
    case 10: return is(Op::subtract, nowhere, to);
    case 11: return is(Op::add, nowhere, to);
    case 12: return is(Op::bit_or, to, to);
    case 13:
      return flags ? instruction.is<multiply<true>>({to, to, from})
                   : instruction.is<multiply<false>>({to, to, from});
    case 14: return is(Op::bit_clear, to, to);
    default: return is(Op::bit_or_not, to, zero);
  }
}

void add_and_jump(State& state, const Operation& operation) {
  const Value by = get(state, operation, 0);
  jump(state, {by.bits + immediate_of(operation), by.known});
}

/// All registers, and jumps to one.
bool decode_of_any(Instruction& instruction) {
  const Bits to = low(instruction, 0) | instruction.at(7, 1) << 3, from = instruction.at(3, 4);
  const Bits kind = instruction.at(8, 2);
  if (kind == 3) return is_jump(instruction, from, bit(instruction.bits, 7));
  if (kind == 1)
    return is_data<Second::plain>(instruction, Op::subtract, true, {nowhere, to, from});
  if (to == pc)
    return instruction.branches<add_and_jump>({from}, kind == 0 ? instruction.here() : 0);
  const Bits first = kind == 0 ? to : Bits{zero};
  if (from == pc)
    return is_data<Second::immediate>(instruction, Op::add, false, {to, first, same_carry},
                                      instruction.here());
  return is_data<Second::plain>(instruction, Op::add, false, {to, first, from});
}

bool decode_indexed(Instruction& instruction) {
  const auto operands = {low(instruction, 0), low(instruction, 3), low(instruction, 6), Bits{0}};
  const auto loads = [&](Bits size, bool is_signed) {
    return is_load(instruction, size, is_signed, Place::indexed, operands, 0);
  };
  switch (instruction.at(9, 3)) {
    case 0: return is_store(instruction, 2, Place::indexed, operands, 0);
    case 1: return is_store(instruction, 1, Place::indexed, operands, 0);
    case 2: return is_store(instruction, 0, Place::indexed, operands, 0);
    case 3: return loads(0, true);
    case 4: return loads(2, false);
    case 5: return loads(1, false);
    case 6: return loads(0, false);
    default: return loads(1, true);
  }
}

bool decode_offset(Instruction& instruction, Bits size) {
  const auto operands = {low(instruction, 0), low(instruction, 3)};
  const Bits offset = instruction.at(6, 5) << size;
  return bit(instruction.bits, 11)
             ? is_load(instruction, size, false, Place::offset, operands, offset)
             : is_store(instruction, size, Place::offset, operands, offset);
}

bool decode_literal(Instruction& instruction) {
  const Bits address = (instruction.here() & ~Bits{3}) + 4 * instruction.at(0, 8);
  return is_load(instruction, 2, false, Place::offset, {low(instruction, 8), zero}, address);
}

bool decode_on_stack(Instruction& instruction) {
  const auto operands = {low(instruction, 8), Bits{sp}};
  const Bits offset = 4 * instruction.at(0, 8);
  return bit(instruction.bits, 11) ? is_load(instruction, 2, false, Place::offset, operands, offset)
                                   : is_store(instruction, 2, Place::offset, operands, offset);
}

bool decode_address(Instruction& instruction) {
  const Bits to = low(instruction, 8), offset = 4 * instruction.at(0, 8);
  if (!bit(instruction.bits, 11))
    return is_constant(instruction, to, (instruction.here() & ~Bits{3}) + offset);
  return is_data<Second::immediate>(instruction, Op::add, false, {to, sp, same_carry}, offset);
}

bool decode_extension(Instruction& instruction) {
  const auto operands = {low(instruction, 0), low(instruction, 3)};
  switch (instruction.at(6, 2)) {
    case 0: return instruction.is<unary<sign_half>>(operands);
    case 1: return instruction.is<unary<sign_byte>>(operands);
    case 2: return instruction.is<unary<zero_half>>(operands);
    default: return instruction.is<unary<zero_byte>>(operands);
  }
}

bool decode_reversal(Instruction& instruction) {
  const auto operands = {low(instruction, 0), low(instruction, 3)};
  switch (instruction.at(6, 2)) {
    case 0: return instruction.is<unary<reverse>>(operands);
    case 1: return instruction.is<unary<reverse_halves>>(operands);
    case 3: return instruction.is<unary<reverse_signed_half>>(operands);
    default: return false;
  }
}

/// IT blocks, and hints.
bool decode_it(Instruction& instruction) {
  if (instruction.at(0, 4) != 0)
    instruction.it_state = static_cast<std::uint8_t>(instruction.at(0, 8));
  return instruction.is<do_nothing>();
}

bool decode_other(Instruction& instruction) {
  const Bits registers = instruction.at(0, 8), moved = 4 * instruction.at(0, 7);
  if (instruction.has(0x0500, 0x0100)) return is_jump_at_zero(instruction);
  switch (instruction.at(8, 4)) {
    case 0:
      return is_data<Second::immediate>(instruction,
                                        bit(instruction.bits, 7) ? Op::subtract : Op::add, false,
                                        {sp, sp, same_carry}, moved);
    case 2: return decode_extension(instruction);
    case 4:
    case 5:
      return is_store_multiple(instruction, sp, registers | instruction.at(8, 1) << lr, true, true);
    case 6: return instruction.is<do_nothing>();  // interrupts off and on
    case 10: return decode_reversal(instruction);
    case 12:
    case 13:
      return is_load_multiple(instruction, sp, registers | instruction.at(8, 1) << pc, true, false);
    case 15: return decode_it(instruction);
    default: return false;
  }
}

bool decode_multiple(Instruction& instruction) {
  const Bits base = low(instruction, 8), registers = instruction.at(0, 8);
  if (!bit(instruction.bits, 11))
    return is_store_multiple(instruction, base, registers, true, false);
  return is_load_multiple(instruction, base, registers,
                          !bit(registers, static_cast<unsigned>(base)), false);
}

bool decode_short_branch(Instruction& instruction) {
  const Bits condition = instruction.at(8, 4);
  if (condition >= always) return false;
  instruction.operation.condition = static_cast<std::uint8_t>(condition);
  return is_branch(instruction, as_bits(2 * sign_extended(instruction.at(0, 8), 8)));
}

}  // namespace

bool decode_16(Instruction& instruction) {
  switch (instruction.at(11, 5)) {
    case 0:
    case 1:
    case 2: return decode_shift(instruction);
    case 3: return decode_sum(instruction);
    case 4:
    case 5:
    case 6:
    case 7: return decode_of_byte(instruction);
    case 8:
      return bit(instruction.bits, 10) ? decode_of_any(instruction) : decode_of_two(instruction);
    case 9: return decode_literal(instruction);
    case 10:
    case 11: return decode_indexed(instruction);
    case 12:
    case 13: return decode_offset(instruction, 2);
    case 14:
    case 15: return decode_offset(instruction, 0);
    case 16:
    case 17: return decode_offset(instruction, 1);
    case 18:
    case 19: return decode_on_stack(instruction);
    case 20:
    case 21: return decode_address(instruction);
    case 22:
    case 23: return decode_other(instruction);
    case 24:
    case 25: return decode_multiple(instruction);
    case 26:
    case 27: return decode_short_branch(instruction);
    case 28: return is_branch(instruction, as_bits(2 * sign_extended(instruction.at(0, 11), 11)));
    default: return false;
  }
}

}  // namespace smelt::tools::machine::thumb_code
