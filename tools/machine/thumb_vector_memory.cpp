// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tools/machine/thumb_memory.h"
#include "tools/machine/thumb_vector.h"

namespace smelt::tools::machine::thumb_code {
namespace {

/// The word of a vector at an offset, of which the bytes of a mask are there; else zeros.
Value load_word(State& state, Value address, Bits offset, Bits mask) {
  if ((mask & 15) == 15) return load_at(state, address, offset, 4);
  Value word;
  for (Bits i = 0; i < 4; ++i) {
    if (!bit(mask, i)) continue;
    const Value byte = load_at(state, address, offset + i, 1);
    word = {word.bits | byte.bits << 8 * i, word.known && byte.known};
  }
  return word;
}

void store_word(State& state, Value address, Bits offset, Bits mask, Value word) {
  if ((mask & 15) == 15) return store_at(state, address, offset, 4, word);
  for (Bits i = 0; i < 4; ++i)
    if (bit(mask, i))
      store_at(state, address, offset + i, 1, {word.bits >> 8 * i & 0xff, word.known});
}

// Operand 0 is the first single of the vector.
template <Place place>
void load_vector(State& state, const Operation& operation) {
  const Value active = active_bytes(state, operation);
  const Value address = address_of<place>(state, operation);
  for (Bits i = 0; i < 4; ++i)
    state.registers[operation.operands[0] + i] =
        active.known ? load_word(state, address, 4 * i, active.bits >> 4 * i) : active;
}

template <Place place>
void store_vector(State& state, const Operation& operation) {
  const Value active = active_bytes(state, operation);
  const Value address = address_of<place>(state, operation);
  for (Bits i = 0; i < 4; ++i) {
    const Value word = state.registers[operation.operands[0] + i];
    store_word(state, address, 4 * i, active.known ? active.bits >> 4 * i : 15,
               {word.bits, word.known && active.known});
  }
}

// Lanes that have more bytes in the vector than in memory: operands 2 and 3 are how many.
template <Place place, bool is_signed>
void load_wide(State& state, const Operation& operation) {
  const Value active = active_bytes(state, operation);
  const Value address = address_of<place>(state, operation);
  const unsigned bytes = operation.operands[2], lane = operation.operands[3];
  Vector result = {{}, active.known};
  for (unsigned i = 0; i < 16 / lane; ++i) {
    if (!bit(active.bits, i * lane)) continue;
    const Value value = load_at(state, address, i * bytes, bytes);
    put_lane(result, 8 * lane, i,
             is_signed ? sign_extended(value.bits, 8 * bytes) : Lane{value.bits});
    result.known = result.known && value.known;
  }
  for (unsigned i = 0; i < 4; ++i)
    state.registers[operation.operands[0] + i] = {result.words[i], result.known};
}

template <Place place>
void store_narrow(State& state, const Operation& operation) {
  const Value active = active_bytes(state, operation);
  const Value address = address_of<place>(state, operation);
  const unsigned bytes = operation.operands[2], lane = operation.operands[3];
  const Vector from = get_vector(state, operation.operands[0]);
  for (unsigned i = 0; i < 16 / lane; ++i)
    if (bit(active.bits, i * lane) || !active.known)
      store_at(state, address, i * bytes, bytes,
               {lane_of(from, 8 * lane, i), from.known && active.known});
}

/// The same bytes in memory as in the vector.
template <Place place>
bool decode_contiguous(Instruction& instruction) {
  const std::initializer_list<Bits> operands = {first_single(instruction), instruction.at(16, 4)};
  const Bits offset =
      offset_of(instruction.at(0, 7) << instruction.at(7, 2), bit(instruction.bits, 23));
  return bit(instruction.bits, 20) ? instruction.is<load_vector<place>>(operands, offset)
                                   : instruction.is<store_vector<place>>(operands, offset);
}

template <Place place>
bool decode_widening(Instruction& instruction) {
  const Bits size = instruction.at(19, 1), lane = instruction.at(7, 2);
  if (lane <= size || lane == 3) return false;
  const std::initializer_list<Bits> operands = {first_single(instruction), instruction.at(16, 3),
                                                1u << size, 1u << lane};
  const Bits offset = offset_of(instruction.at(0, 7) << size, bit(instruction.bits, 23));
  if (!bit(instruction.bits, 20)) return instruction.is<store_narrow<place>>(operands, offset);
  return bit(instruction.bits, 28) ? instruction.is<load_wide<place, false>>(operands, offset)
                                   : instruction.is<load_wide<place, true>>(operands, offset);
}

template <Place place>
bool decode_at(Instruction& instruction) {
  if (!bit(instruction.bits, 12)) return decode_widening<place>(instruction);
  return !bit(instruction.bits, 28) && decode_contiguous<place>(instruction);
}

// Operands 0 and 1: the lower and the upper general register, 2: the single of the lower.
void move_to_lanes(State& state, const Operation& operation) {
  state.registers[operation.operands[2]] = get(state, operation, 0);
  state.registers[operation.operands[2] + 2u] = get(state, operation, 1);
}
void move_from_lanes(State& state, const Operation& operation) {
  set(state, operation, 0, state.registers[operation.operands[2]]);
  set(state, operation, 1, state.registers[operation.operands[2] + 2u]);
}

bool decode_two_lanes(Instruction& instruction) {
  const std::initializer_list<Bits> operands = {instruction.at(0, 4), instruction.at(16, 4),
                                                first_single(instruction) + instruction.at(4, 1)};
  return bit(instruction.bits, 20) ? instruction.is<move_to_lanes>(operands)
                                   : instruction.is<move_from_lanes>(operands);
}

// Predicates, which are a word in memory.
template <Place place>
void load_predicate(State& state, const Operation& operation) {
  const Value word = load_at(state, address_of<place>(state, operation), 0, 4);
  state.registers[predicate] = {word.bits & 0xffff, word.known};
}

template <Place place>
bool decode_system(Instruction& instruction) {
  const Bits number = instruction.at(22, 1) << 3 | instruction.at(13, 3);
  if (number != 12 && number != 13) return false;  // what controls floats is not modelled
  const Operands operands = {predicate, instruction.at(16, 4)};
  const Bits offset = offset_of(4 * instruction.at(0, 7), bit(instruction.bits, 23));
  return bit(instruction.bits, 20) ? instruction.is<load_predicate<place>>(operands, offset)
                                   : is_store(instruction, 2, place, operands, offset);
}

}  // namespace

bool decode_vector_memory(Instruction& instruction) {
  if (instruction.at(9, 3) != 7) {  // complex numbers, beside what is not a vector's
    if (!bit(instruction.bits, 28) || instruction.at(8, 4) != 8) return false;
    return instruction.is<forget_ranges>({first_single(instruction), 4});
  }
  if (instruction.has(0xFFE01FE0, 0xEC000F00)) return decode_two_lanes(instruction);
  const bool before = bit(instruction.bits, 24), write_back = bit(instruction.bits, 21);
  if (instruction.has(0x10001F80, 0x00000F80) && (before || write_back)) {
    if (!before) return decode_system<Place::after>(instruction);
    return write_back ? decode_system<Place::before>(instruction)
                      : decode_system<Place::offset>(instruction);
  }
  if (bit(instruction.bits, 22)) return false;
  if (bit(instruction.bits, 28) && bit(instruction.bits, 12)) return decode_gather(instruction);
  if (before)
    return write_back ? decode_at<Place::before>(instruction)
                      : decode_at<Place::offset>(instruction);
  return write_back ? decode_at<Place::after>(instruction) : decode_gather(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
