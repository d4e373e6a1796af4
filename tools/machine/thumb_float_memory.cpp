// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/thumb_memory.h"

namespace smelt::tools::machine::thumb_code {
namespace {

// Operand 0 is the first of the singles, operand 2 how many there are.
template <Place place>
void load_singles(State& state, const Operation& operation) {
  const Value address = address_of<place>(state, operation);
  for (Bits i = 0; i < operation.operands[2]; ++i)
    state.registers[operation.operands[0] + i] = load_at(state, address, 4 * i, 4);
}

template <Place place>
void store_singles(State& state, const Operation& operation) {
  const Value address = address_of<place>(state, operation);
  for (Bits i = 0; i < operation.operands[2]; ++i)
    store_at(state, address, 4 * i, 4, state.registers[operation.operands[0] + i]);
}

template <Place place>
bool is_singles(Instruction& instruction, std::initializer_list<Bits> operands, Bits offset) {
  return bit(instruction.bits, 20) ? instruction.is<load_singles<place>>(operands, offset)
                                   : instruction.is<store_singles<place>>(operands, offset);
}

bool decode_move_two(Instruction& instruction, bool is_double) {
  const Bits number =
      is_double ? 2 * instruction.at(0, 4) : instruction.at(0, 4) << 1 | instruction.at(5, 1);
  const Bits single = singles + number, low = instruction.at(12, 4), high = instruction.at(16, 4);
  return bit(instruction.bits, 20) ? instruction.is<move_two>({low, high, single, single + 1})
                                   : instruction.is<move_two>({single, single + 1, low, high});
}

}  // namespace

bool decode_float_memory(Instruction& instruction) {
  const Bits unit = instruction.at(8, 4), base = instruction.at(16, 4);
  if ((unit != 10 && unit != 11) || bit(instruction.bits, 28)) return false;
  const bool is_double = unit == 11, up = bit(instruction.bits, 23),
             before = bit(instruction.bits, 24), write_back = bit(instruction.bits, 21);
  if (instruction.has(0xFFE000D0, 0xEC400010)) return decode_move_two(instruction, is_double);
  const Bits first = singles + (is_double ? 2 * instruction.at(12, 4)
                                          : instruction.at(12, 4) << 1 | instruction.at(22, 1));
  const Bits count = instruction.at(0, 8), offset = offset_of(4 * count, up);
  if (before && !write_back) {
    const Base place = base_of(instruction, base, offset);
    return is_singles<Place::offset>(instruction, {first, place.number, is_double ? 2u : 1u},
                                     place.offset);
  }
  if (base == pc || first + count > singles + 32) return false;
  if (before) return is_singles<Place::before>(instruction, {first, base, count}, offset);
  if (write_back) return is_singles<Place::after>(instruction, {first, base, count}, offset);
  return up && is_singles<Place::offset>(instruction, {first, base, count}, 0);
}

}  // namespace smelt::tools::machine::thumb_code
