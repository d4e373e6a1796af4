// SPDX-License-Identifier: Apache-2.0
//
// Helium: loads and stores of lanes that are not one behind the other.
#include "tools/machine/thumb_memory.h"
#include "tools/machine/thumb_vector.h"

namespace smelt::tools::machine::thumb_code {
namespace {

// Operand 0 is the vector of values, operand 1 that of offsets from the general register of operand
// 2 (`zero`: they are addresses), operand 3 says what its lanes are, operand 4 is how many bytes of
// each are in memory, and twice the shift of the offsets above that. The immediate is added.
struct Access {
  unsigned width;  // of lanes
  unsigned bytes;  // of each in memory
  Vector offsets;
  Value active, base;
  unsigned shift;
  Bits added;

  Value address(unsigned lane) const {
    const Bits offset = lane_of(offsets, width, lane) << shift;
    return {base.bits + offset + added, base.known && offsets.known && active.known};
  }
  bool is_active(unsigned lane) const { return bit(active.bits, lane * width / 8); }
};

Access access_of(State& state, const Operation& operation) {
  return {.width = width_of(operation.operands[3]),
          .bytes = field(operation.operands[4], 0, 4),
          .offsets = get_vector(state, operation.operands[1]),
          .active = active_bytes(state, operation),
          .base = get(state, operation, 2),
          .shift = field(operation.operands[4], 4, 2),
          .added = immediate_of(operation)};
}

/// Addresses, if they are to be written back.
void move_on(State& state, const Operation& operation, const Access& access) {
  if (!bit(operation.operands[4], 6)) return;
  const Operation to = {.operands = {operation.operands[1], 0, 0, 0, 0, operation.operands[5]}};
  Vector moved = access.offsets;
  for (unsigned i = 0; i < 4; i += access.bytes / 4) moved.words[i] += access.added;
  set_vector(state, to, moved);
}

void gather(State& state, const Operation& operation) {
  const Access access = access_of(state, operation);
  const bool is_signed = is_signed_of(operation.operands[3]);
  Vector result = {{}, access.active.known};
  for (unsigned i = 0; i < 128 / access.width; ++i) {
    if (!access.is_active(i)) continue;
    const Value value = load_at(state, access.address(i), 0, access.bytes);
    put_lane(result, access.width, i,
             is_signed ? as_bits(sign_extended(value.bits, 8 * access.bytes)) : value.bits);
    result.known = result.known && value.known;
  }
  move_on(state, operation, access);
  for (unsigned i = 0; i < 4; ++i)
    state.registers[operation.operands[0] + i] = {result.words[i], result.known};
}

void scatter(State& state, const Operation& operation) {
  const Access access = access_of(state, operation);
  const Vector from = get_vector(state, operation.operands[0]);
  for (unsigned i = 0; i < 128 / access.width; ++i)
    if (access.is_active(i))
      store_at(state, access.address(i), 0, access.bytes,
               {lane_of(from, access.width, i), from.known});
  move_on(state, operation, access);
}

// Of 64 bits: words of which the even ones have the offsets.
template <bool loads>
void access_doubles(State& state, const Operation& operation) {
  const Access access = access_of(state, operation);
  const std::uint8_t vector = operation.operands[0];
  for (unsigned i = 0; i < 4; ++i) {
    const Value address = access.address(i & 2);
    Value& word = state.registers[vector + i];
    if (loads && access.is_active(i)) word = load_at(state, address, i % 2 * 4, 4);
    if (loads && !access.is_active(i)) word = {0, access.active.known};
    if (!loads && access.is_active(i)) store_at(state, address, i % 2 * 4, 4, word);
  }
  move_on(state, operation, access);
}

bool decode_with_base(Instruction& instruction) {
  const Bits size = instruction.at(7, 2), memory = instruction.at(6, 1) << 1 | instruction.at(4, 1);
  const bool load = bit(instruction.bits, 20), scaled = bit(instruction.bits, 0);
  if (memory > size) return false;
  const bool doubles = memory == 3;
  const Operands operands = {first_single(instruction), vector_at(instruction, 1),
                             instruction.at(16, 4),
                             lanes(doubles ? 2 : size, load && is_signed_of(instruction)),
                             1u << memory | (scaled ? memory << 4 : 0)};
  if (doubles)
    return load ? instruction.is<access_doubles<true>>(operands)
                : instruction.is<access_doubles<false>>(operands);
  return load ? instruction.is<gather>(operands) : instruction.is<scatter>(operands);
}

/// Addresses in a vector.
bool decode_addresses(Instruction& instruction) {
  const bool load = bit(instruction.bits, 20), doubles = bit(instruction.bits, 8);
  const Bits unit = doubles ? 8 : 4, write_back = bit(instruction.bits, 21) ? 1u << 6 : 0;
  const Bits offset = offset_of(unit * instruction.at(0, 7), bit(instruction.bits, 23));
  const Operands operands = {first_single(instruction), vector_at(instruction, 17), zero,
                             lanes(2, false), (doubles ? 8u : 4u) | write_back};
  if (doubles)
    return load ? instruction.is<access_doubles<true>>(operands, offset)
                : instruction.is<access_doubles<false>>(operands, offset);
  return load ? instruction.is<gather>(operands, offset)
              : instruction.is<scatter>(operands, offset);
}

// Lanes of several vectors by turns: operand 0 is the first vector, operand 1 the general register,
// operand 2 how many vectors there are, operand 3 how many bytes a lane has, operand 4 which words
// of what they take in memory: 4 of an instruction, as its number in a sequence says.
constexpr Bits words_of_two[2][4] = {{0, 1, 6, 7}, {2, 3, 4, 5}};
constexpr Bits words_of_four[4][4] = {{0, 1, 10, 11}, {2, 3, 12, 13}, {4, 5, 14, 15}, {6, 7, 8, 9}};

template <bool loads>
void take_turns(State& state, const Operation& operation) {
  const Bits vectors = operation.operands[2], bytes = operation.operands[3],
             which = operation.operands[4];
  const Value address = address_of<Place::after>(state, operation);
  for (unsigned i = 0; i < 16; i += bytes) {
    const Bits word = vectors == 2 ? words_of_two[which][i / 4] : words_of_four[which][i / 4];
    const Bits offset = 4 * word + i % 4, lane = offset / bytes;
    const Bits at = lane / vectors * bytes;
    Value& to = state.registers[operation.operands[0] + lane % vectors * 4 + at / 4];
    const Bits shift = 8 * (at % 4), mask = (~Bits{0} >> (32 - 8 * bytes)) << shift;
    if (!loads) {
      store_at(state, address, offset, bytes, {(to.bits & mask) >> shift, to.known});
      continue;
    }
    const Value value = load_at(state, address, offset, bytes);
    to = {(to.bits & ~mask) | value.bits << shift, value.known && (to.known || bytes == 4)};
  }
}

bool decode_turns(Instruction& instruction) {
  const Bits vectors = bit(instruction.bits, 0) ? 4 : 2, size = instruction.at(7, 2);
  const Bits first = first_single(instruction), which = instruction.at(5, 2);
  if (size == 3 || first + 4 * vectors > singles + 32 || (vectors == 2 && which > 1)) return false;
  const Operands operands = {first, instruction.at(16, 4), vectors, 1u << size, which};
  const Bits offset = bit(instruction.bits, 21) ? 16 * vectors : 0;
  return bit(instruction.bits, 20) ? instruction.is<take_turns<true>>(operands, offset)
                                   : instruction.is<take_turns<false>>(operands, offset);
}

}  // namespace

bool decode_gather(Instruction& instruction) {
  if (bit(instruction.bits, 24)) return decode_addresses(instruction);
  return bit(instruction.bits, 12) ? decode_turns(instruction) : decode_with_base(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
