// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/thumb.h"

#include <algorithm>

namespace smelt::tools::machine {
namespace thumb_code {
namespace {

/// The condition of an even number: the next one is its opposite.
Value holds_even(const State& state, unsigned condition) {
  const Value n = get(state, flag_n), z = get(state, flag_z), c = get(state, flag_c),
              v = get(state, flag_v);
  switch (condition >> 1) {
    case 0: return z;
    case 1: return c;
    case 2: return n;
    case 3: return v;
    case 4: return {c.bits & (z.bits ^ 1), c.known && z.known};
    case 5: return {n.bits ^ v.bits ^ 1, n.known && v.known};
    default: return {(n.bits ^ v.bits ^ 1) & (z.bits ^ 1), n.known && v.known && z.known};
  }
}

}  // namespace

bool holds(State& state, std::uint8_t condition) {
  if (condition >= always) return true;
  const Value even = holds_even(state, condition);
  if (!even.known) return state.toss();
  return even.bits != (condition & 1u);
}

void do_nothing(State&, const Operation&) {}

void move_two(State& state, const Operation& operation) {
  const Value first = get(state, operation, 2), second = get(state, operation, 3);
  set(state, operation, 0, first);
  set(state, operation, 1, second);
}

void is_missing(State& state, const Operation& operation) {
  if (state.not_modelled == 0) state.not_modelled = operation.address;
}

void forget_ranges(State& state, const Operation& operation) {
  is_missing(state, operation);
  for (const std::size_t range : {0u, 2u})
    std::fill_n(state.registers.begin() + operation.operands[range], operation.operands[range + 1],
                Value::unknown());
}

namespace {

bool decode_32(Instruction& instruction) {
  const bool bit_15 = bit(instruction.bits, 15);
  switch (instruction.at(25, 4)) {
    case 4: return decode_memory_pair(instruction);
    case 5: return decode_wide_shift(instruction) || decode_shifted(instruction);
    case 6:
    case 14: return decode_vector_memory(instruction) || decode_float_memory(instruction);
    case 7:
    case 15: return decode_float(instruction) || decode_vector(instruction);
    case 12: return decode_memory(instruction);
    case 13:
      return bit(instruction.bits, 24) ? decode_multiply(instruction)
                                       : decode_register(instruction);
    default: return bit_15 ? decode_branch(instruction) : decode_immediate(instruction);
  }
}

bool is_long(Bits half) {
  return half >> 11 >= 0x1D;
}

/// The conditions of IT blocks and of VPT blocks, as the processor keeps them.
struct Blocks {
  std::uint8_t it = 0;   // the condition, then a mask that moves up
  std::uint8_t vpt = 0;  // a mask that moves up: the other lanes are next, and the last one

  void enter(Instruction& instruction) const {
    instruction.in_it = it != 0;
    instruction.operation.condition = it != 0 ? static_cast<std::uint8_t>(it >> 4) : always;
    instruction.operation.operands[5] = vpt != 0 ? 1 : 0;
    instruction.operation.depends = it != 0 || vpt != 0;
    if (vpt > 8) instruction.operation.condition = then_others;
  }
  void leave(const Instruction& instruction) {
    it =
        (it & 7) == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>((it & 0xE0) | (it << 1 & 0x1F));
    if (instruction.it_state != 0) it = instruction.it_state;
    vpt = static_cast<std::uint8_t>(vpt << 1 & 15);
    if (instruction.vpt_mask != 0) vpt = instruction.vpt_mask;
  }
};

Instruction fetch(Memory& memory, std::uint32_t address) {
  Instruction instruction;
  instruction.operation.address = address;
  instruction.operation.condition = always;
  instruction.bits = memory.load(address, 2).bits;
  instruction.operation.bytes = 2;
  if (!is_long(instruction.bits) || !memory.has(address + 2, 2)) return instruction;
  instruction.bits = instruction.bits << 16 | memory.load(address + 2, 2).bits;
  instruction.operation.bytes = 4;
  return instruction;
}

std::vector<Operation> decode(Memory& memory, std::uint32_t address) {
  std::vector<Operation> operations;
  Blocks blocks;
  while (memory.has(address, 2)) {
    Instruction instruction = fetch(memory, address);
    blocks.enter(instruction);
    const bool is_known =
        instruction.operation.bytes == 2 ? decode_16(instruction) : decode_32(instruction);
    if (!is_known) instruction.is<is_missing>();
    blocks.leave(instruction);
    operations.push_back(instruction.operation);
    address += instruction.operation.bytes;
    if (instruction.operation.ends_block) break;
  }
  return operations;
}

void call(State& state, std::uint32_t function, std::uint32_t stack,
          const std::vector<std::uint32_t>& arguments) {
  for (std::uint8_t i = 0; i < 4; ++i)
    set(state, i, i < arguments.size() ? known(arguments[i]) : Value::unknown());
  state.registers[loop_lanes] = known(0);
  state.registers[predicate] = Value::unknown();
  set(state, sp, known(stack));
  set(state, lr, known(InstructionSet::end | 1));
  state.pc = function & ~1u;
}

}  // namespace
}  // namespace thumb_code

const InstructionSet thumb = {.decode = thumb_code::decode, .call = thumb_code::call};

}  // namespace smelt::tools::machine
