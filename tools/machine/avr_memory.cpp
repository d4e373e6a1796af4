// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tools/machine/avr.h"

namespace smelt::tools::machine::avr_code {
namespace {

/// The register that is at an address of data, if one is; else -1.
int register_at(Bits address) {
  constexpr Bits page = ports_address + 0x3B, code = page + 1, stack = ports_address + 0x3D;
  if (address < 32) return static_cast<int>(address);
  if (address == page) return page_of_data;
  if (address == code) return page_of_code;
  return address == stack ? stack_low : address == stack + 1 ? stack_high : -1;
}

constexpr Bits status_address = ports_address + 0x3F;

Value status(const State& state) {
  Value all;
  for (Bits i = 0; i < 8; ++i) {
    const Value flag = state.registers[flag_c + i];
    all = {all.bits | flag.bits << i, all.known && flag.known};
  }
  return all;
}

void note_stack(State& state) {
  const Value stack = pair(state, stack_low);
  if (stack.known) state.lowest_stack = std::min(state.lowest_stack, data_address + stack.bits + 1);
}

}  // namespace

Value load(State& state, Value address) {
  if (!address.known) return Value::unknown();
  if (address.bits == status_address) return status(state);
  const int number = register_at(address.bits);
  return number >= 0 ? state.registers[static_cast<std::size_t>(number)]
                     : state.memory.load(data_address + address.bits, 1);
}

void store(State& state, Value address, Value value) {
  if (!address.known) return;
  if (address.bits == status_address) {
    for (Bits i = 0; i < 8; ++i)
      state.registers[flag_c + i] = {field(value.bits, static_cast<unsigned>(i), 1), value.known};
    return;
  }
  const int number = register_at(address.bits);
  if (number < 0) return state.memory.store(data_address + address.bits, 1, value);
  state.registers[static_cast<std::size_t>(number)] = value;
  // The low byte is written last.
  if (number == stack_low) note_stack(state);
}

void push(State& state, Value value) {
  const Value stack = pair(state, stack_low);
  store(state, stack, value);
  set_pair(state, stack_low, {stack.bits - 1, stack.known});
  note_stack(state);
}

Value pop(State& state) {
  Value stack = pair(state, stack_low);
  stack.bits = (stack.bits + 1) & 0xffff;
  set_pair(state, stack_low, stack);
  return load(state, stack);
}

namespace {

// Operand 0 is the register, operand 1 the pointer, which moves before or after; the immediate is a
// distance from it.
enum class Moves : std::uint8_t { not_at_all, after, before };

template <Moves moves>
Value address_of(State& state, const Operation& operation) {
  const std::uint8_t pointer = operation.operands[1];
  Value address = pair(state, pointer);
  if (moves == Moves::not_at_all)
    return {(address.bits + immediate_of(operation)) & 0xffff, address.known};
  const Value moved = {(address.bits + (moves == Moves::before ? 0xffff : 1)) & 0xffff,
                       address.known};
  set_pair(state, pointer, moved);
  return moves == Moves::before ? moved : address;
}

template <Moves moves>
void load_by_pointer(State& state, const Operation& operation) {
  const Value value = load(state, address_of<moves>(state, operation));
  at(state, operation, 0) = value;
}
template <Moves moves>
void store_by_pointer(State& state, const Operation& operation) {
  const Value value = at(state, operation, 0);
  store(state, address_of<moves>(state, operation), value);
}
void load_at(State& state, const Operation& operation) {
  at(state, operation, 0) = load(state, known(immediate_of(operation)));
}
void store_at(State& state, const Operation& operation) {
  store(state, known(immediate_of(operation)), at(state, operation, 0));
}
void push_register(State& state, const Operation& operation) {
  push(state, at(state, operation, 0));
}
void pop_register(State& state, const Operation& operation) {
  at(state, operation, 0) = pop(state);
}

/// Of a port, operand 1 is the bit.
template <bool value>
void set_bit(State& state, const Operation& operation) {
  const Value address = known(immediate_of(operation)), before = load(state, address);
  const Bits mask = Bits{1} << operation.operands[1];
  store(state, address, {value ? before.bits | mask : before.bits & ~mask, before.known});
}

/// From program memory. Operand 1: Z moves on; operand 2: it has a page above.
void load_constant(State& state, const Operation& operation) {
  const Value z = pair(state, pointer_z), page = state.registers[page_of_data];
  const bool far = operation.operands[2] != 0;
  const Bits address = z.bits | (far ? page.bits << 16 : 0);
  const bool is_known = z.known && (!far || page.known);
  at(state, operation, 0) = is_known ? state.memory.load(address, 1) : Value::unknown();
  if (operation.operands[1] == 0) return;
  set_pair(state, pointer_z, {(address + 1) & 0xffff, is_known});
  if (far) state.registers[page_of_data] = {(address + 1) >> 16 & 0xff, is_known};
}

template <Moves moves>
bool is_access(Instruction& instruction, bool stores, Bits pointer, Bits distance = 0) {
  return instruction.is(stores ? store_by_pointer<moves> : load_by_pointer<moves>,
                        {instruction.to(), pointer}, distance);
}

bool decode_by_pointer(Instruction& instruction) {
  const bool stores = bit(instruction.bits, 9);
  const Bits to = instruction.to();
  switch (instruction.at(0, 4)) {
    case 0x0: return instruction.is(stores ? store_at : load_at, {to}, instruction.second);
    case 0x1: return is_access<Moves::after>(instruction, stores, pointer_z);
    case 0x2: return is_access<Moves::before>(instruction, stores, pointer_z);
    case 0x4:
    case 0x5:
    case 0x6:
    case 0x7:
      return !stores &&
             instruction.is(load_constant, {to, instruction.at(0, 1), instruction.at(1, 1)});
    case 0x9: return is_access<Moves::after>(instruction, stores, pointer_y);
    case 0xA: return is_access<Moves::before>(instruction, stores, pointer_y);
    case 0xC: return is_access<Moves::not_at_all>(instruction, stores, pointer_x);
    case 0xD: return is_access<Moves::after>(instruction, stores, pointer_x);
    case 0xE: return is_access<Moves::before>(instruction, stores, pointer_x);
    case 0xF: return instruction.is(stores ? push_register : pop_register, {to});
    default: return false;
  }
}

}  // namespace

bool decode_memory(Instruction& instruction) {
  if (instruction.has(0xD000, 0x8000)) {
    const Bits distance =
        instruction.at(13, 1) << 5 | instruction.at(10, 2) << 3 | instruction.at(0, 3);
    const Bits pointer = bit(instruction.bits, 3) ? pointer_y : pointer_z;
    return is_access<Moves::not_at_all>(instruction, bit(instruction.bits, 9), pointer, distance);
  }
  if (instruction.has(0xFC00, 0x9000)) return decode_by_pointer(instruction);
  if (instruction.has(0xF000, 0xB000)) {
    const Bits port = ports_address + (instruction.at(9, 2) << 4 | instruction.at(0, 4));
    return instruction.is(bit(instruction.bits, 11) ? store_at : load_at, {instruction.to()}, port);
  }
  if (instruction.has(0xFD00, 0x9800))
    return instruction.is(bit(instruction.bits, 9) ? set_bit<true> : set_bit<false>,
                          {0, instruction.at(0, 3)}, ports_address + instruction.at(3, 5));
  if (instruction.has(0xFFEF, 0x95C8))
    return instruction.is(load_constant, {0, 0, instruction.at(4, 1)});
  return false;
}

}  // namespace smelt::tools::machine::avr_code
