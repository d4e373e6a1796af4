// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/avr.h"

namespace smelt::tools::machine::avr_code {
namespace {

// Operand 0 is the register of the result, operand 1 that of the other number.

/// N, S and Z; V is set already.
void set_sign(State& state, Bits result, bool is_known, bool zero) {
  set_flag(state, flag_n, bit(result, 7), is_known);
  set_flag(state, flag_z, zero, is_known);
  const Value v = state.registers[flag_v];
  set_flag(state, flag_s, bit(result, 7) != (v.bits != 0), is_known && v.known);
}

/// Flags of sums: each bit says whether it was carried from there.
void set_carries(State& state, Bits carries, Bits overflow, bool is_known) {
  set_flag(state, flag_h, bit(carries, 3), is_known);
  set_flag(state, flag_c, bit(carries, 7), is_known);
  set_flag(state, flag_v, bit(overflow, 7), is_known);
}

Value sum(State& state, Value a, Value b, Value carry) {
  const bool is_known = a.known && b.known && carry.known;
  const Bits result = (a.bits + b.bits + carry.bits) & 0xff;
  set_carries(state, (a.bits & b.bits) | ((a.bits | b.bits) & ~result),
              (a.bits ^ result) & (b.bits ^ result), is_known);
  set_sign(state, result, is_known, result == 0);
  return {result, is_known};
}

/// `chained`: zero stays as it was.
Value difference(State& state, Value a, Value b, Value carry, bool chained) {
  const bool is_known = a.known && b.known && carry.known;
  const Bits result = (a.bits - b.bits - carry.bits) & 0xff;
  const Value zero = chained ? state.registers[flag_z] : known(1);
  set_carries(state, (~a.bits & b.bits) | ((~a.bits | b.bits) & result),
              (a.bits ^ b.bits) & (a.bits ^ result), is_known);
  set_sign(state, result, is_known, result == 0 && zero.bits != 0);
  state.registers[flag_z].known = is_known && zero.known;
  return {result, is_known};
}

Value logical(State& state, Bits result, bool is_known) {
  set_flag(state, flag_v, false, true);
  set_sign(state, result, is_known, result == 0);
  return {result, is_known};
}

using Formula = Value (*)(State& state, Value a, Value b);

template <Formula formula>
void of_registers(State& state, const Operation& operation) {
  at(state, operation, 0) = formula(state, at(state, operation, 0), at(state, operation, 1));
}
template <Formula formula>
void of_immediate(State& state, const Operation& operation) {
  at(state, operation, 0) = formula(state, at(state, operation, 0), known(immediate_of(operation)));
}
template <Formula formula>
void compare(State& state, const Operation& operation) {
  formula(state, at(state, operation, 0), at(state, operation, 1));
}
template <Formula formula>
void compare_immediate(State& state, const Operation& operation) {
  formula(state, at(state, operation, 0), known(immediate_of(operation)));
}

Value add(State& state, Value a, Value b) {
  return sum(state, a, b, known(0));
}
Value add_carry(State& state, Value a, Value b) {
  return sum(state, a, b, state.registers[flag_c]);
}
Value subtract(State& state, Value a, Value b) {
  return difference(state, a, b, known(0), false);
}
Value subtract_carry(State& state, Value a, Value b) {
  return difference(state, a, b, state.registers[flag_c], true);
}
Value bit_and(State& state, Value a, Value b) {
  return logical(state, a.bits & b.bits, a.known && b.known);
}
Value bit_or(State& state, Value a, Value b) {
  return logical(state, a.bits | b.bits, a.known && b.known);
}
Value exclusive_or(State& state, Value a, Value b) {
  return logical(state, a.bits ^ b.bits, a.known && b.known);
}
/// With itself, what is not known becomes zero.
void clear_register(State& state, const Operation& operation) {
  at(state, operation, 0) = logical(state, 0, true);
}
Value second(State&, Value, Value b) {
  return b;
}

// Of one number: b is not used.
Value inverted(State& state, Value a, Value) {
  set_flag(state, flag_c, true, true);
  return logical(state, ~a.bits & 0xff, a.known);
}
Value negated(State& state, Value a, Value) {
  return difference(state, known(0), a, known(0), false);
}
Value swapped(State&, Value a, Value) {
  return {(a.bits << 4 | a.bits >> 4) & 0xff, a.known};
}
Value stepped(State& state, Bits result, bool overflow, bool is_known) {
  set_flag(state, flag_v, overflow, is_known);
  set_sign(state, result, is_known, result == 0);
  return {result, is_known};
}
Value increased(State& state, Value a, Value) {
  return stepped(state, (a.bits + 1) & 0xff, a.bits == 0x7f, a.known);
}
Value decreased(State& state, Value a, Value) {
  return stepped(state, (a.bits - 1) & 0xff, a.bits == 0x80, a.known);
}
Value shifted(State& state, Value a, Bits top, bool is_known) {
  const Bits result = top << 7 | a.bits >> 1;
  set_flag(state, flag_c, bit(a.bits, 0), a.known);
  set_flag(state, flag_v, (top != 0) != bit(a.bits, 0), is_known);
  set_sign(state, result, is_known, result == 0);
  return {result, is_known};
}
Value shifted_right(State& state, Value a, Value) {
  return shifted(state, a, 0, a.known);
}
Value shifted_right_signed(State& state, Value a, Value) {
  return shifted(state, a, a.bits >> 7, a.known);
}
Value rotated(State& state, Value a, Value) {
  const Value carry = state.registers[flag_c];
  return shifted(state, a, carry.bits, a.known && carry.known);
}

/// The product goes to the first two registers. Operands 2 and 3: whether the first and the second
/// number have a sign; operand 4: by how much it is shifted to the left.
void multiply(State& state, const Operation& operation) {
  const auto number = [&](std::size_t operand) {
    const Bits bits = at(state, operation, operand).bits;
    const bool is_negative = operation.operands[operand + 2] != 0 && bit(bits, 7);
    return is_negative ? bits - 0x100 : bits;
  };
  const bool is_known = at(state, operation, 0).known && at(state, operation, 1).known;
  const Bits product = number(0) * number(1), result = product << operation.operands[4] & 0xffff;
  set_pair(state, 0, {result, is_known});
  set_flag(state, flag_c, bit(product, 15), is_known);
  set_flag(state, flag_z, result == 0, is_known);
}

/// Of two registers, by the immediate.
void add_to_pair(State& state, const Operation& operation) {
  const Value before = pair(state, operation.operands[0]);
  const Bits result = (before.bits + immediate_of(operation)) & 0xffff;
  const bool less = operation.immediate < 0;
  const bool top = bit(result, 15), top_before = bit(before.bits, 15);
  set_pair(state, operation.operands[0], {result, before.known});
  set_flag(state, flag_v, less ? top_before && !top : top && !top_before, before.known);
  set_flag(state, flag_c, less ? top && !top_before : top_before && !top, before.known);
  set_sign(state, result >> 8, before.known, result == 0);
}

void move_pair(State& state, const Operation& operation) {
  set_pair(state, operation.operands[0], pair(state, operation.operands[1]));
}

// Operand 0 is the flag, or the register of which operand 1 is the bit.
void set_status(State& state, const Operation& operation) {
  at(state, operation, 0) = known(immediate_of(operation));
}
void load_bit(State& state, const Operation& operation) {
  Value& to = at(state, operation, 0);
  const Value t = state.registers[flag_t];
  const Bits mask = Bits{1} << operation.operands[1];
  to = {(to.bits & ~mask) | (t.bits != 0 ? mask : 0), to.known && t.known};
}
void store_bit(State& state, const Operation& operation) {
  const Value from = at(state, operation, 0);
  state.registers[flag_t] = {field(from.bits, operation.operands[1], 1), from.known};
}

bool decode_product(Instruction& instruction) {
  const Bits first = 16 + instruction.at(4, 3), other = 16 + instruction.at(0, 3);
  if (instruction.has(0xFF00, 0x0100))
    return instruction.is(move_pair, {2 * instruction.at(4, 4), 2 * instruction.at(0, 4)});
  if (instruction.has(0xFF00, 0x0200))
    return instruction.is(multiply, {16 + instruction.at(4, 4), 16 + instruction.at(0, 4), 1, 1});
  if (!instruction.has(0xFF00, 0x0300)) return false;
  switch (instruction.at(7, 1) << 1 | instruction.at(3, 1)) {
    case 0: return instruction.is(multiply, {first, other, 1, 0});
    case 1: return instruction.is(multiply, {first, other, 0, 0, 1});
    case 2: return instruction.is(multiply, {first, other, 1, 1, 1});
    default: return instruction.is(multiply, {first, other, 1, 0, 1});
  }
}

bool decode_two(Instruction& instruction) {
  const std::initializer_list<Bits> operands = {instruction.to(), instruction.from()};
  switch (instruction.at(10, 6)) {
    case 0x01: return instruction.is(compare<subtract_carry>, operands);
    case 0x02: return instruction.is(of_registers<subtract_carry>, operands);
    case 0x03: return instruction.is(of_registers<add>, operands);
    case 0x05: return instruction.is(compare<subtract>, operands);
    case 0x06: return instruction.is(of_registers<subtract>, operands);
    case 0x07: return instruction.is(of_registers<add_carry>, operands);
    case 0x08: return instruction.is(of_registers<bit_and>, operands);
    case 0x09:
      return instruction.to() == instruction.from()
                 ? instruction.is(clear_register, operands)
                 : instruction.is(of_registers<exclusive_or>, operands);
    case 0x0A: return instruction.is(of_registers<bit_or>, operands);
    case 0x0B: return instruction.is(of_registers<second>, operands);
    case 0x27: return instruction.is(multiply, operands);
    default: return decode_product(instruction);
  }
}

bool decode_one(Instruction& instruction) {
  const Bits to = instruction.to();
  switch (instruction.at(0, 4)) {
    case 0x0: return instruction.is(of_registers<inverted>, {to});
    case 0x1: return instruction.is(of_registers<negated>, {to});
    case 0x2: return instruction.is(of_registers<swapped>, {to});
    case 0x3: return instruction.is(of_registers<increased>, {to});
    case 0x5: return instruction.is(of_registers<shifted_right_signed>, {to});
    case 0x6: return instruction.is(of_registers<shifted_right>, {to});
    case 0x7: return instruction.is(of_registers<rotated>, {to});
    case 0xA: return instruction.is(of_registers<decreased>, {to});
    case 0x8:
      return instruction.has(0xFF0F, 0x9408) &&
             instruction.is(set_status, {flag_c + instruction.at(4, 3)},
                            bit(instruction.bits, 7) ? 0 : 1);
    default: return false;
  }
}

bool decode_immediate(Instruction& instruction) {
  const std::initializer_list<Bits> operands = {16 + instruction.at(4, 4)};
  const Bits value = instruction.at(8, 4) << 4 | instruction.at(0, 4);
  switch (instruction.at(12, 4)) {
    case 0x3: return instruction.is(compare_immediate<subtract>, operands, value);
    case 0x4: return instruction.is(of_immediate<subtract_carry>, operands, value);
    case 0x5: return instruction.is(of_immediate<subtract>, operands, value);
    case 0x6: return instruction.is(of_immediate<bit_or>, operands, value);
    case 0x7: return instruction.is(of_immediate<bit_and>, operands, value);
    case 0xE: return instruction.is(of_immediate<second>, operands, value);
    default: return false;
  }
}

}  // namespace

bool decode_arithmetic(Instruction& instruction) {
  if (instruction.has(0xFE00, 0x9400)) return decode_one(instruction);
  if (instruction.has(0xFE00, 0x9600)) {
    const Bits value = instruction.at(6, 2) << 4 | instruction.at(0, 4);
    return instruction.is(add_to_pair, {24 + 2 * instruction.at(4, 2)},
                          bit(instruction.bits, 8) ? 0 - value : value);
  }
  if (instruction.has(0xFE08, 0xF800))
    return instruction.is(load_bit, {instruction.to(), instruction.at(0, 3)});
  if (instruction.has(0xFE08, 0xFA00))
    return instruction.is(store_bit, {instruction.to(), instruction.at(0, 3)});
  return decode_immediate(instruction) || decode_two(instruction);
}

}  // namespace smelt::tools::machine::avr_code
