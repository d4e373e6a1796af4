// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/thumb_memory.h"

#include <bit>

namespace smelt::tools::machine::thumb_code {
namespace {

template <Place place, unsigned bytes, bool is_signed>
void load(State& state, const Operation& operation) {
  const Value address = address_of<place>(state, operation);
  Value value = load_at(state, address, 0, bytes);
  if (is_signed) value.bits = as_bits(sign_extended(value.bits, 8 * bytes));
  set(state, operation, 0, value);
}

template <Place place>
void load_and_jump(State& state, const Operation& operation) {
  const Value address = address_of<place>(state, operation);
  jump(state, load_at(state, address, 0, 4));
}

template <Place place, unsigned bytes>
void store(State& state, const Operation& operation) {
  const Value value = get(state, operation, 0);
  store_at(state, address_of<place>(state, operation), 0, bytes, value);
}

template <Place place>
bool is_load(Instruction& instruction, Bits size, bool is_signed,
             std::initializer_list<Bits> operands, Bits immediate) {
  if (*operands.begin() == pc && size == 2)
    return instruction.branches<load_and_jump<place>>(operands, immediate);
  if (*operands.begin() == pc) return instruction.is<do_nothing>();  // a hint
  switch (size << 1 | (is_signed ? 1u : 0u)) {
    case 0: return instruction.is<load<place, 1, false>>(operands, immediate);
    case 1: return instruction.is<load<place, 1, true>>(operands, immediate);
    case 2: return instruction.is<load<place, 2, false>>(operands, immediate);
    case 3: return instruction.is<load<place, 2, true>>(operands, immediate);
    case 4: return instruction.is<load<place, 4, false>>(operands, immediate);
    default: return false;
  }
}

template <Place place>
bool is_store(Instruction& instruction, Bits size, std::initializer_list<Bits> operands,
              Bits immediate) {
  switch (size) {
    case 0: return instruction.is<store<place, 1>>(operands, immediate);
    case 1: return instruction.is<store<place, 2>>(operands, immediate);
    case 2: return instruction.is<store<place, 4>>(operands, immediate);
    default: return false;
  }
}

// Multiple ones: operand 0 is the base, 1 whether it is written, 2 whether they end below it. The
// immediate is their mask.
Value first_address(State& state, const Operation& operation) {
  const Bits bytes = 4 * static_cast<Bits>(std::popcount(immediate_of(operation)));
  const Value base = get(state, operation, 0);
  const bool down = operation.operands[2] != 0;
  if (operation.operands[1] != 0)
    set(state, operation, 0, {down ? base.bits - bytes : base.bits + bytes, base.known});
  return {down ? base.bits - bytes : base.bits, base.known};
}

void load_multiple(State& state, const Operation& operation) {
  const Value address = first_address(state, operation);
  Bits offset = 0;
  for (std::uint8_t number = 0; number < pc; ++number) {
    if (!bit(immediate_of(operation), number)) continue;
    set(state, number, load_at(state, address, offset, 4));
    offset += 4;
  }
  if (bit(immediate_of(operation), pc)) jump(state, load_at(state, address, offset, 4));
}

void store_multiple(State& state, const Operation& operation) {
  const Value base = get(state, operation, 0);
  const Value address = first_address(state, operation);
  Bits offset = 0;
  for (std::uint8_t number = 0; number < pc; ++number) {
    if (!bit(immediate_of(operation), number)) continue;
    const bool is_base = number == operation.operands[0];
    store_at(state, address, offset, 4, is_base ? base : get(state, number));
    offset += 4;
  }
}

// Operands 0 and 4 are the registers.
template <Place place>
void load_pair(State& state, const Operation& operation) {
  const Value address = address_of<place>(state, operation);
  set(state, operation, 0, load_at(state, address, 0, 4));
  set(state, operation, 4, load_at(state, address, 4, 4));
}

template <Place place>
void store_pair(State& state, const Operation& operation) {
  const Value first = get(state, operation, 0), second = get(state, operation, 4);
  const Value address = address_of<place>(state, operation);
  store_at(state, address, 0, 4, first);
  store_at(state, address, 4, 4, second);
}

template <Place place>
bool is_pair(Instruction& instruction) {
  const Bits offset = offset_of(4 * instruction.at(0, 8), bit(instruction.bits, 23));
  const Base base = base_of(instruction, instruction.at(16, 4), offset);
  const std::initializer_list<Bits> operands = {instruction.at(12, 4), base.number, 0, 0,
                                                instruction.at(8, 4)};
  return bit(instruction.bits, 20) ? instruction.is<load_pair<place>>(operands, base.offset)
                                   : instruction.is<store_pair<place>>(operands, base.offset);
}

// The table is at operand 0 plus the immediate.
template <unsigned bytes>
void jump_by_table(State& state, const Operation& operation) {
  const Value base = get(state, operation, 0), index = get(state, operation, 1);
  const Value entry = {base.bits + immediate_of(operation) + index.bits * bytes,
                       base.known && index.known};
  const Value halves = load_at(state, entry, 0, bytes);
  jump(state, {operation.address + 4 + 2 * halves.bits, halves.known});
}

bool is_table(Instruction& instruction) {
  const Bits base = instruction.at(16, 4), index = instruction.at(0, 4);
  const Bits number = base == pc ? Bits{zero} : base;
  const Bits offset = base == pc ? instruction.here() : 0;
  return bit(instruction.bits, 4) ? instruction.branches<jump_by_table<2>>({number, index}, offset)
                                  : instruction.branches<jump_by_table<1>>({number, index}, offset);
}

/// Of an instruction with a bit each for: before, up, write back.
bool is_load_or_store(Instruction& instruction, bool load, Place place,
                      std::initializer_list<Bits> operands, Bits offset) {
  const Bits size = instruction.at(21, 2);
  return load ? is_load(instruction, size, bit(instruction.bits, 24), place, operands, offset)
              : is_store(instruction, size, place, operands, offset);
}

}  // namespace

bool is_load(Instruction& instruction, Bits size, bool is_signed, Place place,
             std::initializer_list<Bits> operands, Bits immediate) {
  switch (place) {
    case Place::offset:
      return is_load<Place::offset>(instruction, size, is_signed, operands, immediate);
    case Place::before:
      return is_load<Place::before>(instruction, size, is_signed, operands, immediate);
    case Place::after:
      return is_load<Place::after>(instruction, size, is_signed, operands, immediate);
    case Place::indexed:
      return is_load<Place::indexed>(instruction, size, is_signed, operands, immediate);
  }
  return false;
}

bool is_store(Instruction& instruction, Bits size, Place place,
              std::initializer_list<Bits> operands, Bits immediate) {
  switch (place) {
    case Place::offset: return is_store<Place::offset>(instruction, size, operands, immediate);
    case Place::before: return is_store<Place::before>(instruction, size, operands, immediate);
    case Place::after: return is_store<Place::after>(instruction, size, operands, immediate);
    case Place::indexed: return is_store<Place::indexed>(instruction, size, operands, immediate);
  }
  return false;
}

bool is_load_multiple(Instruction& instruction, Bits base, Bits registers, bool write_back,
                      bool down) {
  const std::initializer_list<Bits> operands = {base, write_back ? 1u : 0u, down ? 1u : 0u};
  return bit(registers, pc) ? instruction.branches<load_multiple>(operands, registers)
                            : instruction.is<load_multiple>(operands, registers);
}

bool is_store_multiple(Instruction& instruction, Bits base, Bits registers, bool write_back,
                       bool down) {
  return instruction.is<store_multiple>({base, write_back ? 1u : 0u, down ? 1u : 0u}, registers);
}

bool decode_memory(Instruction& instruction) {
  const Bits to = instruction.at(12, 4), base = instruction.at(16, 4);
  const bool load = bit(instruction.bits, 20);
  if (load && base == pc) {
    const Bits offset = offset_of(instruction.at(0, 12), bit(instruction.bits, 23));
    const Base literal = base_of(instruction, base, offset);
    return is_load_or_store(instruction, load, Place::offset, {to, literal.number}, literal.offset);
  }
  if (bit(instruction.bits, 23))
    return is_load_or_store(instruction, load, Place::offset, {to, base}, instruction.at(0, 12));
  if (!bit(instruction.bits, 11))
    return is_load_or_store(instruction, load, Place::indexed,
                            {to, base, instruction.at(0, 4), instruction.at(4, 2)}, 0);
  const Bits offset = offset_of(instruction.at(0, 8), bit(instruction.bits, 9));
  const Place written = bit(instruction.bits, 10) ? Place::before : Place::after;
  return is_load_or_store(instruction, load, bit(instruction.bits, 8) ? written : Place::offset,
                          {to, base}, offset);
}

bool decode_memory_pair(Instruction& instruction) {
  const bool load = bit(instruction.bits, 20), up = bit(instruction.bits, 23),
             before = bit(instruction.bits, 24), write_back = bit(instruction.bits, 21);
  if (!bit(instruction.bits, 22)) {
    const Bits base = instruction.at(16, 4), registers = instruction.at(0, 16);
    if (base == pc || before == up) return false;
    return load ? is_load_multiple(instruction, base, registers, write_back, !up)
                : is_store_multiple(instruction, base, registers, write_back, !up);
  }
  if (before)
    return write_back ? is_pair<Place::before>(instruction) : is_pair<Place::offset>(instruction);
  if (write_back) return is_pair<Place::after>(instruction);
  return instruction.has(0xFFF0FFE0, 0xE8D0F000) && is_table(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
