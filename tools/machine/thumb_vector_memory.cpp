// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tools/machine/thumb_memory.h"

namespace smelt::tools::machine::thumb_code {
namespace {

Bits first_single(const Instruction& instruction) {
  return singles + 4 * instruction.at(13, 3);
}

/// Bytes of a vector that the turn of a loop has: fewer than 16 where the loop's end is near. All
/// of them if that is not known.
Bits active_bytes(const State& state) {
  const Bits lanes = get(state, loop_lanes).bits;
  const Value left = get(state, lr);
  return lanes == 0 || !left.known || left.bits >= lanes ? 16 : 16 / lanes * left.bits;
}

/// The word of a vector at an offset, of which `active` bytes of the vector are there.
Value load_word(State& state, Value address, Bits offset, Bits active) {
  if (offset + 4 <= active) return load_at(state, address, offset, 4);
  Value word;
  for (Bits i = 0; i < 4 && offset + i < active; ++i) {
    const Value byte = load_at(state, address, offset + i, 1);
    word = {word.bits | byte.bits << 8 * i, word.known && byte.known};
  }
  return word;
}

void store_word(State& state, Value address, Bits offset, Bits active, Value word) {
  if (offset + 4 <= active) return store_at(state, address, offset, 4, word);
  for (Bits i = 0; i < 4 && offset + i < active; ++i)
    store_at(state, address, offset + i, 1, {word.bits >> 8 * i & 0xff, word.known});
}

// Operand 0 is the first single of the vector.
template <Place place>
void load_vector(State& state, const Operation& operation) {
  const Bits active = active_bytes(state);
  const Value address = address_of<place>(state, operation);
  for (Bits i = 0; i < 4; ++i)
    state.registers[operation.operands[0] + i] = load_word(state, address, 4 * i, active);
}

template <Place place>
void store_vector(State& state, const Operation& operation) {
  const Bits active = active_bytes(state);
  const Value address = address_of<place>(state, operation);
  for (Bits i = 0; i < 4; ++i)
    store_word(state, address, 4 * i, active, state.registers[operation.operands[0] + i]);
}

void forget_memory(State& state, Value address, Bits bytes) {
  for (Bits i = 0; i < bytes; ++i) store_at(state, address, i, 1, Value::unknown());
}

// Operand 2 is how many vectors there are that become unknown; or how many times fewer bytes than
// in the vector there are in memory.
template <Place place>
void load_unknown(State& state, const Operation& operation) {
  address_of<place>(state, operation);
  std::fill_n(state.registers.begin() + operation.operands[0], 4 * operation.operands[2],
              Value::unknown());
}

template <Place place>
void store_unknown(State& state, const Operation& operation) {
  const Bits active = active_bytes(state);
  forget_memory(state, address_of<place>(state, operation), active / operation.operands[2]);
}

/// A part of what vectors hold that are taken in turns; operand 2 is how many.
template <Place place>
void store_interleaved(State& state, const Operation& operation) {
  forget_memory(state, address_of<place>(state, operation), 16u * operation.operands[2]);
}

template <Place place>
bool is_contiguous(Instruction& instruction, std::initializer_list<Bits> operands, Bits offset) {
  return bit(instruction.bits, 20) ? instruction.is<load_vector<place>>(operands, offset)
                                   : instruction.is<store_vector<place>>(operands, offset);
}

template <Place place>
bool is_unknown(Instruction& instruction, Bits base, Bits offset, Bits fewer) {
  const Bits vector = first_single(instruction);
  return bit(instruction.bits, 20)
             ? instruction.is<load_unknown<place>>({vector, base, 1}, offset)
             : instruction.is<store_unknown<place>>({vector, base, fewer}, offset);
}

/// The same bytes in memory as in the vector.
template <Place place>
bool decode_contiguous(Instruction& instruction) {
  const Bits base = instruction.at(16, 4);
  const Bits offset =
      offset_of(instruction.at(0, 7) << instruction.at(7, 2), bit(instruction.bits, 23));
  // In a VPT block each lane may be one that is left out.
  if (instruction.maybe) return is_unknown<place>(instruction, base, offset, 1);
  return is_contiguous<place>(instruction, {first_single(instruction), base}, offset);
}

/// Lanes that are wider than in memory.
template <Place place>
bool decode_widening(Instruction& instruction) {
  const Bits size = instruction.at(19, 1), lane = instruction.at(7, 2);
  const Bits offset = offset_of(instruction.at(0, 7) << size, bit(instruction.bits, 23));
  return is_unknown<place>(instruction, instruction.at(16, 3), offset, 1u << (lane - size));
}

template <Place place>
bool decode_at(Instruction& instruction) {
  if (!bit(instruction.bits, 12)) return decode_widening<place>(instruction);
  return !bit(instruction.bits, 28) && decode_contiguous<place>(instruction);
}

bool decode_interleaved(Instruction& instruction) {
  const Bits vectors = bit(instruction.bits, 0) ? 4 : 2;
  const Bits first = std::min<Bits>(first_single(instruction), singles + 32 - 4 * vectors);
  const std::initializer_list<Bits> operands = {first, instruction.at(16, 4), vectors};
  const Bits offset = bit(instruction.bits, 21) ? 16 * vectors : 0;
  return bit(instruction.bits, 20)
             ? instruction.is<load_unknown<Place::after>>(operands, offset)
             : instruction.is<store_interleaved<Place::after>>(operands, offset);
}

/// Addresses in a vector: where it stores is not known.
bool decode_scattered(Instruction& instruction) {
  if (!bit(instruction.bits, 20)) return instruction.is<do_nothing>();
  return instruction.is<forget_ranges>({first_single(instruction), 4});
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

}  // namespace

bool decode_vector_memory(Instruction& instruction) {
  if (instruction.at(9, 3) != 7) {  // complex numbers, beside what is not a vector's
    if (!bit(instruction.bits, 28) || instruction.at(8, 4) != 8) return false;
    return instruction.is<forget_ranges>({first_single(instruction), 4});
  }
  if (instruction.has(0xFFE01FE0, 0xEC000F00)) return decode_two_lanes(instruction);
  if (bit(instruction.bits, 22)) return false;
  const bool before = bit(instruction.bits, 24), write_back = bit(instruction.bits, 21);
  if (bit(instruction.bits, 28) && bit(instruction.bits, 12))
    return before ? decode_scattered(instruction) : decode_interleaved(instruction);
  if (before)
    return write_back ? decode_at<Place::before>(instruction)
                      : decode_at<Place::offset>(instruction);
  return write_back ? decode_at<Place::after>(instruction) : decode_scattered(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
