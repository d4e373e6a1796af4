// SPDX-License-Identifier: Apache-2.0
//
// Data processing of registers: shifts, extensions, sums that saturate and those of lanes.
#include <algorithm>
#include <bit>
#include <limits>

#include "tools/machine/thumb_arithmetic.h"

namespace smelt::tools::machine::thumb_code {
namespace {

bool decode_shift(Instruction& instruction) {
  const std::initializer_list<Bits> operands = {instruction.at(8, 4), instruction.at(16, 4),
                                                instruction.at(0, 4), instruction.at(21, 2)};
  return bit(instruction.bits, 20) ? instruction.is<shift_by_register<true>>(operands)
                                   : instruction.is<shift_by_register<false>>(operands);
}

/// Two sums, of halves.
Bits add_halves(Bits a, Bits b) {
  return (a & 0xffff0000) + (b & 0xffff0000) + ((a + b) & 0xffff);
}
Bits add_words(Bits a, Bits b) {
  return a + b;
}
Bits sign_bytes(Bits x) {
  return (sign_byte(x) & 0xffff) | sign_byte(x >> 16) << 16;
}
Bits zero_bytes(Bits x) {
  return x & 0x00ff00ff;
}

/// Adds operand 2, turned by operand 3 and then extended, to operand 1.
template <Bits (*extend)(Bits), Bits (*add)(Bits, Bits)>
void extend_and_add(State& state, const Operation& operation) {
  const Value to = get(state, operation, 1), from = get(state, operation, 2);
  const Bits turned = std::rotr(from.bits, operation.operands[3]);
  set(state, operation, 0, {add(to.bits, extend(turned)), to.known && from.known});
}

bool decode_extension(Instruction& instruction) {
  const Bits to = instruction.at(16, 4);
  const std::initializer_list<Bits> operands = {instruction.at(8, 4), to == pc ? Bits{zero} : to,
                                                instruction.at(0, 4), instruction.at(4, 2) * 8};
  switch (instruction.at(20, 3)) {
    case 0: return instruction.is<extend_and_add<sign_half, add_words>>(operands);
    case 1: return instruction.is<extend_and_add<zero_half, add_words>>(operands);
    case 2: return instruction.is<extend_and_add<sign_bytes, add_halves>>(operands);
    case 3: return instruction.is<extend_and_add<zero_bytes, add_halves>>(operands);
    case 4: return instruction.is<extend_and_add<sign_byte, add_words>>(operands);
    case 5: return instruction.is<extend_and_add<zero_byte, add_words>>(operands);
    default: return false;
  }
}

/// How lanes are added or subtracted.
struct Lanes {
  unsigned width;
  bool exchanged;            // those of the second operand
  bool low_less, high_less;  // which are differences
};

Lanes lanes_of(Bits code) {
  switch (code) {
    case 0: return {8, false, false, false};
    case 1: return {16, false, false, false};
    case 2: return {16, true, true, false};
    case 4: return {8, false, true, true};
    case 5: return {16, false, true, true};
    default: return {16, true, false, true};
  }
}

enum Keeps : std::uint8_t { wrapped, saturated, halved };

std::int32_t kept(std::int32_t sum, unsigned how, bool is_signed, unsigned width) {
  if (how == halved) return sum >> 1;
  if (how == wrapped) return sum;
  const std::int32_t most = (1 << (width - (is_signed ? 1 : 0))) - 1;
  return std::clamp(sum, is_signed ? -most - 1 : 0, most);
}

// Operand 3 is the code of the lanes, operand 4 of what is kept.
template <bool is_signed>
void add_lanes(State& state, const Operation& operation) {
  const Value a = get(state, operation, 1), second = get(state, operation, 2);
  const Lanes lanes = lanes_of(operation.operands[3]);
  const Bits b = lanes.exchanged ? std::rotr(second.bits, 16) : second.bits;
  const auto lane = [&](Bits bits, unsigned at) {
    return is_signed ? sign_extended(bits >> at, lanes.width)
                     : as_signed(field(bits, at, lanes.width));
  };
  Bits result = 0, not_less = 0;
  for (unsigned at = 0; at < 32; at += lanes.width) {
    const bool less = at < 16 ? lanes.low_less : lanes.high_less;
    const std::int32_t y = lane(b, at), sum = lane(a.bits, at) + (less ? -y : y);
    const Bits bits = as_bits(kept(sum, operation.operands[4], is_signed, lanes.width));
    result |= field(bits, 0, lanes.width) << at;
    if (sum >= (is_signed || less ? 0 : 1 << lanes.width))
      not_less |= ((Bits{1} << lanes.width / 8) - 1) << at / 8;
  }
  const bool is_known = a.known && second.known;
  set(state, operation, 0, {result, is_known});
  if (operation.operands[4] == wrapped) state.registers[flag_ge] = {not_less, is_known};
}

/// Bytes of the first where a parallel sum was not less, else those of the second.
void select(State& state, const Operation& operation) {
  const Value first = get(state, operation, 1), second = get(state, operation, 2),
              not_less = get(state, flag_ge);
  Bits mask = 0;
  for (unsigned i = 0; i < 4; ++i)
    if (bit(not_less.bits, i)) mask |= Bits{0xff} << 8 * i;
  set(state, operation, 0,
      {(first.bits & mask) | (second.bits & ~mask), first.known && second.known && not_less.known});
}

bool decode_lanes(Instruction& instruction) {
  const Bits code = instruction.at(20, 3), keeps = instruction.at(4, 2);
  if (code == 3 || code == 7 || keeps == 3) return false;
  const std::initializer_list<Bits> operands = {instruction.at(8, 4), instruction.at(16, 4),
                                                instruction.at(0, 4), code, keeps};
  return bit(instruction.bits, 6) ? instruction.is<add_lanes<false>>(operands)
                                  : instruction.is<add_lanes<true>>(operands);
}

std::int64_t saturated_word(State& state, std::int64_t value) {
  using Limits = std::numeric_limits<std::int32_t>;
  const std::int64_t result = std::clamp<std::int64_t>(value, Limits::min(), Limits::max());
  if (result != value) set_flag(state, flag_q, true);
  return result;
}

template <bool doubled, bool less>
void add_saturated(State& state, const Operation& operation) {
  const Value by = get(state, operation, 1), to = get(state, operation, 2);
  if (!by.known || !to.known) return set(state, operation, 0, Value::unknown());
  std::int64_t second = as_signed(by.bits);
  if (doubled) second = saturated_word(state, 2 * second);
  const std::int64_t sum = as_signed(to.bits) + (less ? -second : second);
  set(state, operation, 0, known(static_cast<Bits>(saturated_word(state, sum))));
}

Bits reverse_bits(Bits x) {
  Bits result = 0;
  for (unsigned i = 0; i < 32; ++i) result |= field(x, i, 1) << (31 - i);
  return result;
}
Bits leading_zeros(Bits x) {
  return static_cast<Bits>(std::countl_zero(x));
}

bool decode_other(Instruction& instruction) {
  const Bits to = instruction.at(8, 4), by = instruction.at(16, 4), from = instruction.at(0, 4);
  switch (instruction.at(20, 2) << 2 | instruction.at(4, 2)) {
    case 0: return instruction.is<add_saturated<false, false>>({to, by, from});
    case 1: return instruction.is<add_saturated<true, false>>({to, by, from});
    case 2: return instruction.is<add_saturated<false, true>>({to, by, from});
    case 3: return instruction.is<add_saturated<true, true>>({to, by, from});
    case 4: return instruction.is<unary<reverse>>({to, from});
    case 5: return instruction.is<unary<reverse_halves>>({to, from});
    case 6: return instruction.is<unary<reverse_bits>>({to, from});
    case 7: return instruction.is<unary<reverse_signed_half>>({to, from});
    case 8: return instruction.is<select>({to, by, from});
    case 12: return instruction.is<unary<leading_zeros>>({to, from});
    default: return false;
  }
}

}  // namespace

bool decode_register(Instruction& instruction) {
  if (instruction.at(12, 4) != 15) return false;
  if (!bit(instruction.bits, 23)) {
    if (bit(instruction.bits, 7)) return decode_extension(instruction);
    return instruction.at(4, 3) == 0 && decode_shift(instruction);
  }
  if (!bit(instruction.bits, 7)) return decode_lanes(instruction);
  return instruction.at(22, 1) == 0 && instruction.at(6, 1) == 0 && decode_other(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
