// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "tools/machine/thumb_arithmetic.h"

namespace smelt::tools::machine::thumb_code {
namespace {

struct Choice {
  bool is_known;
  Op op;
};

/// Of the four bits that long encodings have.
Choice op_of(Bits code) {
  switch (code) {
    case 0: return {true, Op::bit_and};
    case 1: return {true, Op::bit_clear};
    case 2: return {true, Op::bit_or};
    case 3: return {true, Op::bit_or_not};
    case 4: return {true, Op::exclusive_or};
    case 8: return {true, Op::add};
    case 10: return {true, Op::add_carry};
    case 11: return {true, Op::subtract_carry};
    case 13: return {true, Op::subtract};
    case 14: return {true, Op::reverse_subtract};
    default: return {false, Op::add};
  }
}

/// Register 15 as the result stands for none, and as the first operand of OR for zero.
Bits result_of(const Instruction& instruction) {
  const Bits to = instruction.at(8, 4);
  return to == pc ? Bits{nowhere} : to;
}
Bits first_of(const Instruction& instruction, Op op) {
  const Bits first = instruction.at(16, 4);
  const bool moves = first == pc && (op == Op::bit_or || op == Op::bit_or_not);
  return moves ? Bits{zero} : first;
}

Bits immediate_12(const Instruction& instruction) {
  return instruction.at(26, 1) << 11 | instruction.at(12, 3) << 8 | instruction.at(0, 8);
}

struct Expanded {
  Bits value, carry;
};

/// An immediate that is repeated, or turned.
Expanded expanded(Bits code) {
  const Bits byte = code & 0xff;
  switch (code >> 8) {
    case 0: return {byte, same_carry};
    case 1: return {byte << 16 | byte, same_carry};
    case 2: return {byte << 24 | byte << 8, same_carry};
    case 3: return {byte * 0x01010101, same_carry};
    default: break;
  }
  const Bits value = std::rotr((code & 0x7f) | 0x80, static_cast<int>(code >> 7));
  return {value, value >> 31};
}

bool decode_modified(Instruction& instruction) {
  const auto [is_known, op] = op_of(instruction.at(21, 4));
  if (!is_known) return false;
  const auto [value, carry] = expanded(immediate_12(instruction));
  return is_data<Second::immediate>(instruction, op, bit(instruction.bits, 20),
                                    {result_of(instruction), first_of(instruction, op), carry},
                                    value);
}

void set_top(State& state, const Operation& operation) {
  const Value before = get(state, operation, 0);
  set(state, operation, 0, {(before.bits & 0xffff) | immediate_of(operation) << 16, before.known});
}

// Fields: operand 2 is the first bit, operand 3 the number of bits.
void extract(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  set(state, operation, 0,
      {from.bits >> operation.operands[2] & immediate_of(operation), from.known});
}

void extract_signed(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  const std::int32_t field_of =
      sign_extended(from.bits >> operation.operands[2], operation.operands[3]);
  set(state, operation, 0, {as_bits(field_of), from.known});
}

void insert(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1), before = get(state, operation, 0);
  const Bits mask = immediate_of(operation) << operation.operands[2];
  set(state, operation, 0,
      {(before.bits & ~mask) | (from.bits << operation.operands[2] & mask),
       from.known && before.known});
}

Bits mask_of(Bits width) {
  return width > 31 ? ~Bits{0} : (Bits{1} << width) - 1;
}

// Operands 2 and 3 are the shift of operand 1, operand 4 the number of bits.
template <bool is_signed>
void saturate(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  const Value moved = shifted(from, operation.operands[2], operation.operands[3], known(0)).value;
  const std::int64_t most = (std::int64_t{1} << (operation.operands[4] - (is_signed ? 1 : 0))) - 1;
  const std::int64_t least = is_signed ? -most - 1 : 0;
  const std::int64_t value = as_signed(moved.bits);
  const std::int64_t result = value < least ? least : value > most ? most : value;
  set(state, operation, 0, {static_cast<Bits>(result), moved.known});
  if (!moved.known)
    state.registers[flag_q] = moved;
  else if (result != value)
    set_flag(state, flag_q, true);
}

std::int32_t saturated_half(std::int32_t value, std::int32_t least, std::int32_t most) {
  return value < least ? least : value > most ? most : value;
}

template <bool is_signed>
void saturate_halves(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  const std::int32_t most = (1 << (operation.operands[4] - (is_signed ? 1 : 0))) - 1;
  const std::int32_t least = is_signed ? -most - 1 : 0;
  const Bits low = as_bits(saturated_half(sign_extended(from.bits, 16), least, most)),
             high = as_bits(saturated_half(as_signed(from.bits) >> 16, least, most));
  const Bits result = (low & 0xffff) | high << 16;
  set(state, operation, 0, {result, from.known});
  if (!from.known)
    state.registers[flag_q] = from;
  else if (result != from.bits)
    set_flag(state, flag_q, true);
}

bool decode_saturation(Instruction& instruction, bool is_signed) {
  const Bits distance = instruction.at(12, 3) << 2 | instruction.at(6, 2);
  const Bits to = instruction.at(8, 4), from = instruction.at(16, 4);
  const Bits width = instruction.at(0, 5) + (is_signed ? 1 : 0);
  if (bit(instruction.bits, 21) && distance == 0)
    return is_signed ? instruction.is<saturate_halves<true>>({to, from, 0, 0, width})
                     : instruction.is<saturate_halves<false>>({to, from, 0, 0, width});
  const Bits kind = bit(instruction.bits, 21) ? shift_right_signed : shift_left;
  return is_signed ? instruction.is<saturate<true>>({to, from, kind, distance, width})
                   : instruction.is<saturate<false>>({to, from, kind, distance, width});
}

bool decode_field(Instruction& instruction, Bits code) {
  const Bits first = instruction.at(12, 3) << 2 | instruction.at(6, 2);
  const Bits to = instruction.at(8, 4), from = instruction.at(16, 4), last = instruction.at(0, 5);
  if (code == 0x16)
    return instruction.is<insert>({to, from == pc ? Bits{zero} : from, first},
                                  mask_of(last - first + 1));
  return code == 0x14 ? instruction.is<extract_signed>({to, from, first, last + 1})
                      : instruction.is<extract>({to, from, first}, mask_of(last + 1));
}

/// An immediate of 12 bits that is added to a register, or to the program counter.
bool decode_plain_sum(Instruction& instruction, Op op) {
  const Bits from = instruction.at(16, 4), to = instruction.at(8, 4),
             value = immediate_12(instruction);
  const Bits here = instruction.here() & ~Bits{3};
  if (from == pc) return is_constant(instruction, to, op == Op::add ? here + value : here - value);
  return is_data<Second::immediate>(instruction, op, false, {to, from, same_carry}, value);
}

bool decode_plain(Instruction& instruction) {
  const Bits code = instruction.at(20, 5), to = instruction.at(8, 4);
  const Bits half = instruction.at(16, 4) << 12 | immediate_12(instruction);
  switch (code) {
    case 0x00: return decode_plain_sum(instruction, Op::add);
    case 0x0A: return decode_plain_sum(instruction, Op::subtract);
    case 0x04: return is_constant(instruction, to, half);
    case 0x0C: return instruction.is<set_top>({to}, half);
    case 0x10:
    case 0x12: return decode_saturation(instruction, true);
    case 0x18:
    case 0x1A: return decode_saturation(instruction, false);
    case 0x14:
    case 0x16:
    case 0x1C: return decode_field(instruction, code);
    default: return false;
  }
}

void pack(State& state, const Operation& operation) {
  const Value first = get(state, operation, 1);
  const Value second =
      shifted(get(state, operation, 2), operation.operands[3], operation.operands[4], known(0))
          .value;
  const Bits low = immediate_of(operation);  // which bits are those of the first
  set(state, operation, 0,
      {(first.bits & low) | (second.bits & ~low), first.known && second.known});
}

/// Which of the operands 1 and 2, by a condition; the second is changed first, as operand 4 says.
void select(State& state, const Operation& operation) {
  const bool first = holds(state, operation.operands[3]);
  const Value value = get(state, operation, first ? 1 : 2);
  if (first) return set(state, operation, 0, value);
  switch (operation.operands[4]) {
    case 0: return set(state, operation, 0, value);
    case 1: return set(state, operation, 0, {value.bits + 1, value.known});
    case 2: return set(state, operation, 0, {~value.bits, value.known});
    default: return set(state, operation, 0, {0 - value.bits, value.known});
  }
}

bool decode_select(Instruction& instruction) {
  const auto number = [&](unsigned from) {
    const Bits of = instruction.at(from, 4);
    return of == pc ? Bits{zero} : of;
  };
  return instruction.is<select>(
      {instruction.at(8, 4), number(16), number(0), instruction.at(4, 4), instruction.at(12, 2)});
}

}  // namespace

bool decode_immediate(Instruction& instruction) {
  return bit(instruction.bits, 25) ? decode_plain(instruction) : decode_modified(instruction);
}

bool decode_shifted(Instruction& instruction) {
  if (instruction.has(0xFFF0C000, 0xEA508000)) return decode_select(instruction);
  const Bits from = instruction.at(0, 4);
  const auto [kind, distance] =
      immediate_shift(instruction.at(4, 2), instruction.at(12, 3) << 2 | instruction.at(6, 2));
  const Bits code = instruction.at(21, 4);
  if (code == 6)
    return instruction.is<pack>({instruction.at(8, 4), instruction.at(16, 4), from, kind, distance},
                                bit(instruction.bits, 5) ? 0xFFFF0000 : 0x0000FFFF);
  const auto [is_known, op] = op_of(code);
  if (!is_known) return false;
  const Bits to = result_of(instruction), first = first_of(instruction, op);
  const bool flags = bit(instruction.bits, 20);
  if (distance == 0) return is_data<Second::plain>(instruction, op, flags, {to, first, from});
  return is_data<Second::shifted>(instruction, op, flags, {to, first, from, kind, distance});
}

}  // namespace smelt::tools::machine::thumb_code
