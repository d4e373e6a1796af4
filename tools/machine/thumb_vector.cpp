// SPDX-License-Identifier: Apache-2.0
//
// Helium: single lanes, counting and carrying, and which group an instruction is of. Complex
// numbers are not modelled.
#include "tools/machine/thumb_vector.h"

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
  Vector vector;
  const unsigned lanes = operation.operands[2];
  const Value limit = get(state, operation, 4);
  const bool wraps = operation.operands[4] != zero;
  const Bits step = operation.operands[3];
  for (unsigned i = 0; i < lanes; ++i) {
    put_lane(vector, 128 / lanes, i, value.bits);
    if (!up && wraps && value.bits == 0) value.bits = limit.bits;
    value.bits = up ? value.bits + step : value.bits - step;
    if (up && wraps && value.bits == limit.bits) value.bits = 0;
  }
  vector.known = value.known && limit.known;
  set(state, operation, 1, {value.bits, vector.known});
  set_vector(state, operation, vector);
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

/// A sum with a carry from lane to lane, which is that of comparisons of floats. Operand 3: there
/// is none at the beginning, but what the difference needs. Operand 4: it is a difference.
void add_with_carry(State& state, const Operation& operation) {
  const bool begins = operation.operands[3] != 0, differs = operation.operands[4] != 0;
  const Vector a = get_vector(state, operation.operands[1]),
               b = get_vector(state, operation.operands[2]);
  const Value active = active_bytes(state, operation);
  Value carry = begins ? known(differs ? 1 : 0) : state.registers[float_flags + 2];
  Vector result = {{}, a.known && b.known && carry.known && active.known};
  for (unsigned i = 0; i < 4; ++i) {
    if (!bit(active.bits, 4 * i)) continue;
    const std::uint64_t sum =
        std::uint64_t{a.words[i]} + (differs ? ~b.words[i] : b.words[i]) + carry.bits;
    result.words[i] = static_cast<Bits>(sum);
    carry.bits = static_cast<Bits>(sum >> 32);
  }
  set_vector(state, operation, result);
  if (active.known && active.bits == 0) return;
  const bool flags[] = {false, false, carry.bits != 0, false};
  for (std::size_t i = 0; i < 4; ++i)
    state.registers[float_flags + i] = {flags[i] ? 1u : 0u, result.known};
}

bool decode_carry(Instruction& instruction) {
  return instruction.is<add_with_carry>({first_single(instruction), vector_at(instruction, 17),
                                         vector_at(instruction, 1), instruction.at(12, 1),
                                         instruction.at(28, 1)});
}

/// To the left through a register, operand 1: its low bits come in, and it becomes what goes out.
void shift_through(State& state, const Operation& operation) {
  const Bits by = immediate_of(operation);
  Vector vector = get_vector(state, operation.operands[0]);
  Value carried = get(state, operation, 1);
  const Value active = active_bytes(state, operation);
  vector.known = vector.known && carried.known && active.known;
  for (unsigned i = 0; i < 4; ++i) {
    if (!bit(active.bits, 4 * i)) continue;
    const std::uint64_t wide = std::uint64_t{vector.words[i]} << by |
                               field(carried.bits, 0, by & 31) | (by == 32 ? carried.bits : 0);
    vector.words[i] = static_cast<Bits>(wide);
    carried.bits = static_cast<Bits>(wide >> 32);
  }
  set_vector(state, operation, vector);
  set(state, operation, 1, {carried.bits, vector.known});
}

bool decode_shift_through(Instruction& instruction) {
  const Bits by = instruction.at(16, 5);
  return instruction.is<shift_through>({first_single(instruction), instruction.at(0, 4)},
                                       by == 0 ? 32 : by);
}

}  // namespace

bool decode_vector(Instruction& instruction) {
  if (bit(instruction.bits, 24)) {
    if (!bit(instruction.bits, 6)) return false;
    return bit(instruction.bits, 23) ? decode_one_vector(instruction)
                                     : decode_two_vectors(instruction);
  }
  if (instruction.has(0xFF000F10, 0xEE000B10)) return decode_lane(instruction);
  if (instruction.at(9, 3) != 7) return false;
  if (instruction.has(0xFF810F70, 0xEE010F60) && instruction.at(20, 2) != 3)
    return decode_count(instruction);
  if (instruction.has(0xFFE01FF0, 0xEEA00FC0)) return decode_shift_through(instruction);
  if (instruction.has(0xEFB10FD1, 0xEE300F00)) return decode_carry(instruction);
  return decode_change_of_width(instruction) || decode_predicate(instruction) ||
         decode_with_register(instruction) || decode_reduction(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
