// SPDX-License-Identifier: Apache-2.0
//
// Data processing: a result of a register and of a second operand, with flags or without.
#pragma once

#include "tools/machine/thumb.h"

namespace smelt::tools::machine::thumb_code {

enum class Op : std::uint8_t {
  bit_and,
  bit_clear,
  bit_or,
  bit_or_not,
  exclusive_or,
  add,
  add_carry,
  subtract_carry,
  subtract,
  reverse_subtract
};

/// Operand 0 is the result's register, 1 the first operand's.
enum class Second : std::uint8_t {
  immediate,  // operand 2: the carry of logical operations: 0, 1, or 2 for that from before
  plain,      // operand 2: the register
  shifted,    // operands 2, 3 and 4: register, kind and distance of the shift
};

enum Shift : std::uint8_t { shift_left, shift_right, shift_right_signed, rotate, rotate_carry };

struct Shifted {
  Value value, carry;
};

/// `distance`: up to 255. The carry stays where nothing is shifted.
inline Shifted shifted(Value value, unsigned kind, unsigned distance, Value carry) {
  if (distance == 0) return {value, carry};
  if (!value.known) return {value, value};
  const Bits bits = value.bits;
  const unsigned turn = distance & 31;
  const auto with = [](Bits result, bool out) {
    return Shifted{known(result), known(out ? 1 : 0)};
  };
  switch (kind) {
    case shift_left:
      return with(distance < 32 ? bits << distance : 0, distance <= 32 && bit(bits, 32 - distance));
    case shift_right:
      return with(distance < 32 ? bits >> distance : 0, distance <= 32 && bit(bits, distance - 1));
    case shift_right_signed:
      if (distance > 31)
        distance = 31, carry = known(bits >> 31);
      else
        carry = known(bit(bits, distance - 1) ? 1 : 0);
      return {known(as_bits(as_signed(bits) >> distance)), carry};
    case rotate: {
      const Bits result = turn == 0 ? bits : bits >> turn | bits << (32 - turn);
      return with(result, bit(result, 31));
    }
    default: return {{bits >> 1 | carry.bits << 31, carry.known}, known(bits & 1)};
  }
}

/// The kind of a shift by an immediate, whose 0 stands for something else.
inline std::pair<Shift, Bits> immediate_shift(Bits kind, Bits distance) {
  if (distance != 0) return {static_cast<Shift>(kind), distance};
  if (kind == rotate) return {rotate_carry, 1};
  return {static_cast<Shift>(kind), kind == shift_left ? 0u : 32u};
}

template <bool flags>
void sum(State& state, const Operation& operation, Value a, Value b, Value carry) {
  const bool is_known = a.known && b.known && carry.known;
  const std::uint64_t wide = std::uint64_t{a.bits} + b.bits + carry.bits;
  const Value result = {static_cast<Bits>(wide), is_known};
  set(state, operation, 0, result);
  if (!flags) return;
  set_sign(state, result);
  state.registers[flag_c] = {static_cast<Bits>(wide >> 32), is_known};
  state.registers[flag_v] = {((a.bits ^ result.bits) & (b.bits ^ result.bits)) >> 31, is_known};
}

inline Value inverted(Value value) {
  return {~value.bits, value.known};
}

constexpr bool is_sum(Op op) {
  return op >= Op::add;
}

inline Bits logical(Op op, Bits a, Bits b) {
  switch (op) {
    case Op::bit_and: return a & b;
    case Op::bit_clear: return a & ~b;
    case Op::bit_or: return a | b;
    case Op::bit_or_not: return a | ~b;
    default: return a ^ b;
  }
}

template <Op op, bool flags>
void compute(State& state, const Operation& operation, Value a, Value b) {
  const Value carry = get(state, flag_c);
  switch (op) {
    case Op::add: return sum<flags>(state, operation, a, b, known(0));
    case Op::add_carry: return sum<flags>(state, operation, a, b, carry);
    case Op::subtract_carry: return sum<flags>(state, operation, a, inverted(b), carry);
    case Op::subtract: return sum<flags>(state, operation, a, inverted(b), known(1));
    case Op::reverse_subtract: return sum<flags>(state, operation, inverted(a), b, known(1));
    default: break;
  }
  const Value result = {logical(op, a.bits, b.bits), a.known && b.known};
  set(state, operation, 0, result);
  if (flags) set_sign(state, result);
}

template <Op op, bool flags, Second second>
void process(State& state, const Operation& operation) {
  const Value a = get(state, operation, 1);
  const std::uint8_t extra = operation.operands[2];
  if (second == Second::plain) return compute<op, flags>(state, operation, a, get(state, extra));
  if (second == Second::immediate) {
    compute<op, flags>(state, operation, a, known(immediate_of(operation)));
    if (flags && !is_sum(op) && extra < 2) state.registers[flag_c] = known(extra);
    return;
  }
  const Shifted b =
      shifted(get(state, extra), operation.operands[3], operation.operands[4], get(state, flag_c));
  compute<op, flags>(state, operation, a, b.value);
  if (flags && !is_sum(op)) state.registers[flag_c] = b.carry;
}

template <bool flags, Second second>
bool is_data(Instruction& instruction, Op op, std::initializer_list<Bits> operands,
             Bits immediate) {
  switch (op) {
    case Op::bit_and:
      return instruction.is<process<Op::bit_and, flags, second>>(operands, immediate);
    case Op::bit_clear:
      return instruction.is<process<Op::bit_clear, flags, second>>(operands, immediate);
    case Op::bit_or: return instruction.is<process<Op::bit_or, flags, second>>(operands, immediate);
    case Op::bit_or_not:
      return instruction.is<process<Op::bit_or_not, flags, second>>(operands, immediate);
    case Op::exclusive_or:
      return instruction.is<process<Op::exclusive_or, flags, second>>(operands, immediate);
    case Op::add: return instruction.is<process<Op::add, flags, second>>(operands, immediate);
    case Op::add_carry:
      return instruction.is<process<Op::add_carry, flags, second>>(operands, immediate);
    case Op::subtract_carry:
      return instruction.is<process<Op::subtract_carry, flags, second>>(operands, immediate);
    case Op::subtract:
      return instruction.is<process<Op::subtract, flags, second>>(operands, immediate);
    case Op::reverse_subtract:
      return instruction.is<process<Op::reverse_subtract, flags, second>>(operands, immediate);
  }
  return false;
}

/// Decodes to data processing, with operands as Second says.
template <Second second>
bool is_data(Instruction& instruction, Op op, bool flags, std::initializer_list<Bits> operands,
             Bits immediate = 0) {
  return flags ? is_data<true, second>(instruction, op, operands, immediate)
               : is_data<false, second>(instruction, op, operands, immediate);
}

/// Carry of an immediate: as before.
constexpr Bits same_carry = 2;

/// Sets a register to a number that is known.
inline bool is_constant(Instruction& instruction, Bits to, Bits value) {
  return is_data<Second::immediate>(instruction, Op::add, false, {to, zero, same_carry}, value);
}

// Shifts by a register, which operand 2 is; extensions and reversals of operand 1.
template <bool flags>
void shift_by_register(State& state, const Operation& operation) {
  const Value distance = get(state, operation, 2);
  const Value from = get(state, operation, 1);
  const Shifted result = distance.known ? shifted(from, operation.operands[3], distance.bits & 0xff,
                                                  get(state, flag_c))
                                        : Shifted{Value::unknown(), Value::unknown()};
  set(state, operation, 0, result.value);
  if (!flags) return;
  set_sign(state, result.value);
  state.registers[flag_c] = result.carry;
}

template <Bits (*change)(Bits)>
void unary(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  set(state, operation, 0, {change(from.bits), from.known});
}

constexpr Bits sign_byte(Bits x) {
  return as_bits(sign_extended(x, 8));
}
constexpr Bits sign_half(Bits x) {
  return as_bits(sign_extended(x, 16));
}
constexpr Bits zero_byte(Bits x) {
  return x & 0xff;
}
constexpr Bits zero_half(Bits x) {
  return x & 0xffff;
}
constexpr Bits reverse_halves(Bits x) {  // bytes of each half
  return (x & 0x00FF00FF) << 8 | (x >> 8 & 0x00FF00FF);
}
constexpr Bits reverse(Bits x) {
  const Bits halves = reverse_halves(x);
  return halves << 16 | halves >> 16;
}
constexpr Bits reverse_signed_half(Bits x) {
  return sign_half(reverse_halves(x));
}

}  // namespace smelt::tools::machine::thumb_code
