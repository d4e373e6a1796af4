// SPDX-License-Identifier: Apache-2.0
//
// Helium: what it does to general registers and predicates. Vectors that thumb_lanes.cpp does not
// compute become unknown.
#include "tools/machine/thumb_vector.h"

#include <bit>

namespace smelt::tools::machine::thumb_code {
namespace {

// One lane: operand 0 is the general register, 1 the single that the lane is in, 2 where it is in
// it, 3 how many bits it has.
Bits lane_mask(const Operation& operation) {
  return (~Bits{0} >> (32 - operation.operands[3])) << operation.operands[2];
}

void insert_lane(State& state, const Operation& operation) {
  const Value from = get(state, operation, 0), before = get(state, operation, 1);
  const Bits mask = lane_mask(operation);
  set(state, operation, 1,
      {(before.bits & ~mask) | (from.bits << operation.operands[2] & mask),
       from.known && (before.known || operation.operands[3] == 32)});
}

template <bool is_signed>
void extract_lane(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  const Bits lane = (from.bits & lane_mask(operation)) >> operation.operands[2];
  set(state, operation, 0,
      {is_signed ? as_bits(sign_extended(lane, operation.operands[3])) : lane, from.known});
}

// Operand 1 is the general register, operand 2 the number of bits that are repeated.
void duplicate(State& state, const Operation& operation) {
  set_vector(state, operation, repeated(get(state, operation, 1), operation.operands[2]));
}

bool decode_duplicate(Instruction& instruction) {
  const Bits vector = singles + 4 * instruction.at(17, 3), from = instruction.at(12, 4);
  const Bits width = bit(instruction.bits, 22) ? 8 : bit(instruction.bits, 5) ? 16 : 32;
  return instruction.is<duplicate>({vector, from, width});
}

bool decode_lane(Instruction& instruction) {
  const bool from_vector = bit(instruction.bits, 20);
  if (!from_vector && bit(instruction.bits, 23)) return decode_duplicate(instruction);
  const bool byte = bit(instruction.bits, 22), half = !byte && bit(instruction.bits, 5);
  const Bits width = byte ? 8 : half ? 16 : 32;
  const Bits at = byte ? 8 * instruction.at(5, 2) : half ? 16 * instruction.at(6, 1) : 0;
  const Bits single = singles + 2 * instruction.at(16, 4) + instruction.at(21, 1);
  const std::initializer_list<Bits> operands = {instruction.at(12, 4), single, at, width};
  if (!from_vector) return instruction.is<insert_lane>(operands);
  return bit(instruction.bits, 23) ? instruction.is<extract_lane<false>>(operands)
                                   : instruction.is<extract_lane<true>>(operands);
}

/// A register that counts on by the lanes of a vector: operand 0 is the vector, 1 the register, 2
/// how many lanes there are, 3 the step, 4 where it begins again (`zero`: nowhere).
template <bool up>
void count_on(State& state, const Operation& operation) {
  Value value = get(state, operation, 1);
  const Value limit = get(state, operation, 4);
  const bool wraps = operation.operands[4] != zero;
  const Bits step = operation.operands[3];
  for (Bits i = 0; i < operation.operands[2]; ++i) {
    if (!up && wraps && value.bits == 0) value.bits = limit.bits;
    value.bits = up ? value.bits + step : value.bits - step;
    if (up && wraps && value.bits == limit.bits) value.bits = 0;
  }
  set(state, operation, 1, {value.bits, value.known && limit.known});
  for (unsigned i = 0; i < 4; ++i) state.registers[operation.operands[0] + i] = Value::unknown();
}

bool decode_count(Instruction& instruction) {
  const Bits limit = instruction.at(1, 3);
  const std::initializer_list<Bits> operands = {
      first_single(instruction), instruction.at(17, 3) << 1, 16u >> instruction.at(20, 2),
      1u << (instruction.at(7, 1) << 1 | instruction.at(0, 1)),
      limit == 7 ? Bits{zero} : limit << 1 | 1};
  return bit(instruction.bits, 12) ? instruction.is<count_on<false>>(operands)
                                   : instruction.is<count_on<true>>(operands);
}

void invert_predicate(State& state, const Operation&) {
  state.registers[predicate].bits ^= 0xffff;
}

/// Comparisons, which may begin a VPT block, and VPST, which does. False: it is another one.
bool decode_predicate(Instruction& instruction) {
  if (!instruction.has(0xEF810F00, 0xEE010F00)) return false;
  const bool is_float = instruction.at(20, 2) == 3, by_register = bit(instruction.bits, 6);
  if (!is_float && !bit(instruction.bits, 28)) return false;
  const bool selects = is_float && !by_register && instruction.has(0x00001001, 0x00000001);
  if (selects) return false;
  if (instruction.bits == 0xFE310F4D) return instruction.is<invert_predicate>();
  const Bits mask = instruction.at(22, 1) << 3 | instruction.at(13, 3);
  if (mask != 0) instruction.vpt_count = static_cast<std::uint8_t>(4 - std::countr_zero(mask));
  // What a block has for the opposite predicate is not modelled.
  const bool keeps = instruction.has(0xFFBF1FFF, 0xFE310F4D) && std::has_single_bit(mask);
  return keeps ? instruction.is<do_nothing>() : instruction.is<forget_ranges>({predicate, 1});
}

/// What reduces vectors to one or two general registers. False: it is another one.
bool decode_reduction(Instruction& instruction) {
  if (!instruction.has(0xEF800E50, 0xEE800E00)) return false;
  const Bits high = instruction.at(20, 3), low = instruction.at(13, 3) << 1;
  const bool absolute = instruction.has(0xEFC10FD1, 0xEE800F01);
  if (absolute || high == 6) return instruction.is<forget_ranges>({instruction.at(12, 4), 1});
  if (high == 7) return instruction.is<forget_ranges>({low, 1});
  return instruction.is<forget_ranges>({low, 1, high << 1 | 1, 1});
}

}  // namespace

bool decode_vector(Instruction& instruction) {
  const Bits vector = first_single(instruction);
  if (bit(instruction.bits, 24))
    return decode_lanes(instruction) || instruction.is<forget_ranges>({vector, 4});
  if (instruction.has(0xFF000F10, 0xEE000B10)) return decode_lane(instruction);
  if (instruction.at(9, 3) != 7) return false;
  if (instruction.has(0xFF810F70, 0xEE010F60)) return decode_count(instruction);
  if (instruction.has(0xFFE01FF0, 0xEEA00FC0))  // shifts through a register
    return instruction.is<forget_ranges>({vector, 4, instruction.at(0, 4), 1});
  if (decode_lanes(instruction) || decode_predicate(instruction) || decode_reduction(instruction))
    return true;
  return instruction.is<forget_ranges>({vector, 4});
}

}  // namespace smelt::tools::machine::thumb_code
