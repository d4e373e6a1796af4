// SPDX-License-Identifier: Apache-2.0
//
// Floats of single precision: moves, conversions, comparisons. What is computed with those of half
// precision is unknown.
#include "tools/machine/thumb_float.h"

#include <bit>
#include <cmath>

namespace smelt::tools::machine::thumb_code {
namespace {

// Of one operand, 1.
template <Bits (*change)(Bits)>
void unary(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  set(state, operation, 0, {change(from.bits), from.known});
}

Bits same(Bits x) {
  return x;
}
Bits lower_half(Bits x) {
  return x & 0xffff;
}
Bits magnitude(Bits x) {
  return x & 0x7fffffff;
}
Bits negated(Bits x) {
  return x ^ 0x80000000;
}
Bits root(Bits x) {
  return bits_of(square_root(as_float(x)));
}
void extend(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  set_number<double>(state, operation, 0, {as_float(from.bits), from.known});
}
template <float (*round)(float)>
Bits rounded(Bits x) {
  return bits_of(round(as_float(x)));
}
Bits of_signed(Bits x) {
  return bits_of(static_cast<float>(as_signed(x)));
}
Bits of_unsigned(Bits x) {
  return bits_of(static_cast<float>(x));
}

template <float (*round)(float), bool is_signed>
Bits to_integer(Bits bits) {
  return integer_of<is_signed>(round(as_float(bits)));
}

template <float (*round)(float)>
bool is_to_integer(Instruction& instruction, bool is_signed, std::initializer_list<Bits> operands) {
  return is_signed ? instruction.is<unary<to_integer<round, true>>>(operands)
                   : instruction.is<unary<to_integer<round, false>>>(operands);
}

void set_constant(State& state, const Operation& operation) {
  set(state, operation, 0, known(immediate_of(operation)));
}

/// The eight bits of an immediate: sign, exponent, four bits of the fraction.
Bits expanded(Bits byte) {
  const Bits exponent = bit(byte, 6) ? 0x1F : 0x20;
  return (byte & 0x80) << 24 | exponent << 25 | (byte & 0x3f) << 19;
}

bool decode_unary(Instruction& instruction) {
  const Bits to = single(instruction, 12, 22), from = single(instruction, 0, 5);
  const bool second = bit(instruction.bits, 7);
  if (!bit(instruction.bits, 6))
    return instruction.is<set_constant>(
        {to}, expanded(instruction.at(16, 4) << 4 | instruction.at(0, 4)));
  switch (instruction.at(16, 4)) {
    case 0:
      return second ? instruction.is<unary<magnitude>>({to, from})
                    : instruction.is<unary<same>>({to, from});
    case 1:
      return second ? instruction.is<unary<root>>({to, from})
                    : instruction.is<unary<negated>>({to, from});
    case 2:
    case 3: return decode_half_conversion(instruction);
    case 4: return is_comparison<float>(instruction, to, from);
    case 5: return is_comparison<float>(instruction, to, zero);
    case 6:
      return second ? instruction.is<unary<rounded<towards_zero>>>({to, from})
                    : instruction.is<unary<rounded<to_even>>>({to, from});
    case 7:
      return second ? instruction.is<extend>({pair(instruction, 12), from})
                    : instruction.is<unary<rounded<to_even>>>({to, from});
    case 8:
      return second ? instruction.is<unary<of_signed>>({to, from})
                    : instruction.is<unary<of_unsigned>>({to, from});
    case 12:
    case 13: {
      const bool is_signed = bit(instruction.bits, 16);
      return second ? is_to_integer<towards_zero>(instruction, is_signed, {to, from})
                    : is_to_integer<to_even>(instruction, is_signed, {to, from});
    }
    case 10:
    case 11:
    case 14:
    case 15: return decode_fixed(instruction);
    default: return instruction.is<forget_ranges>({to, 1});
  }
}

void select(State& state, const Operation& operation) {
  const bool first = holds(state, operation.operands[3]);
  set(state, operation, 0, get(state, operation, first ? 1 : 2));
}

bool decode_rounding(Instruction& instruction) {
  const Bits to = single(instruction, 12, 22), from = single(instruction, 0, 5);
  const Bits mode = instruction.at(16, 2);
  if (bit(instruction.bits, 18)) {
    const bool is_signed = bit(instruction.bits, 7);
    switch (mode) {
      case 0: return is_to_integer<from_zero>(instruction, is_signed, {to, from});
      case 1: return is_to_integer<to_even>(instruction, is_signed, {to, from});
      case 2: return is_to_integer<up>(instruction, is_signed, {to, from});
      default: return is_to_integer<down>(instruction, is_signed, {to, from});
    }
  }
  switch (mode) {
    case 0: return instruction.is<unary<rounded<from_zero>>>({to, from});
    case 1: return instruction.is<unary<rounded<to_even>>>({to, from});
    case 2: return instruction.is<unary<rounded<up>>>({to, from});
    default: return instruction.is<unary<rounded<down>>>({to, from});
  }
}

/// Those that Armv8 added.
bool decode_newer(Instruction& instruction) {
  const Bits to = single(instruction, 12, 22), first = single(instruction, 16, 7),
             second = single(instruction, 0, 5);
  if (!bit(instruction.bits, 23)) {
    const Bits condition = instruction.at(20, 2);  // EQ, VS, GE, GT
    const Bits all = condition << 2 | ((condition ^ condition << 1) & 2);
    return instruction.is<select>({to, first, second, all});
  }
  if (instruction.at(20, 2) == 0) return decode_float_sum(instruction);
  if (bit(instruction.bits, 19)) return decode_rounding(instruction);
  return instruction.has(0x00BF0040, 0x00B00040) && decode_half_conversion(instruction);
}

/// What is computed with halves: only where the result is matters.
bool decode_half(Instruction& instruction) {
  const bool compares = instruction.has(0x00BE0040, 0x00B40040);
  return compares ? instruction.is<forget_ranges>({float_flags, 4})
                  : instruction.is<forget_ranges>({single(instruction, 12, 22), 1});
}

void copy_flags(State& state, const Operation&) {
  for (std::uint8_t i = 0; i < 4; ++i)
    state.registers[flag_n + i] = get(state, static_cast<std::uint8_t>(float_flags + i));
}

void get_predicate(State& state, const Operation& operation) {
  set(state, operation, 0, get(state, predicate));
}
void set_predicate(State& state, const Operation& operation) {
  const Value mask = get(state, operation, 0);
  state.registers[predicate] = {mask.bits & 0xffff, mask.known};
}

bool decode_status(Instruction& instruction) {
  const Bits to = instruction.at(12, 4);
  if (instruction.at(16, 4) == 13)
    return bit(instruction.bits, 20) ? instruction.is<get_predicate>({to})
                                     : instruction.is<set_predicate>({to});
  if (!bit(instruction.bits, 20)) return instruction.is<do_nothing>();
  if (to != pc || instruction.at(16, 4) != 1)
    return instruction.is<forget_ranges>({to == pc ? Bits{nowhere} : to, 1});
  return instruction.is<copy_flags>();
}

/// One register to or from a general one.
bool decode_move(Instruction& instruction) {
  if (instruction.at(21, 3) == 7) return decode_status(instruction);
  const Bits number = single(instruction, 16, 7), general = instruction.at(12, 4);
  if (instruction.at(8, 4) == 9)
    return bit(instruction.bits, 20) ? instruction.is<unary<lower_half>>({general, number})
                                     : instruction.is<unary<lower_half>>({number, general});
  return bit(instruction.bits, 20) ? instruction.is<unary<same>>({general, number})
                                   : instruction.is<unary<same>>({number, general});
}

}  // namespace

bool decode_float(Instruction& instruction) {
  const Bits unit = instruction.at(8, 4);  // 9 to 11: halves, singles, doubles
  if (instruction.has(0x01000000, 0x01000000) || unit < 9 || unit > 11) return false;
  if (bit(instruction.bits, 4))
    return unit != 11 && !bit(instruction.bits, 28) && decode_move(instruction);
  if (unit == 9) return decode_half(instruction);
  if (unit == 11) return decode_double(instruction);
  if (bit(instruction.bits, 28)) return decode_newer(instruction);
  const bool is_unary = instruction.has(0x00B00000, 0x00B00000);
  return is_unary ? decode_unary(instruction) : decode_float_sum(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
