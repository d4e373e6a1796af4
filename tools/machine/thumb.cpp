// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/thumb.h"

#include <algorithm>
#include <charconv>

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

/// What is not modelled: registers of a mask, the low half in the immediate, become unknown.
void forget(State& state, const Operation& operation) {
  is_missing(state, operation);
  std::uint64_t mask = immediate_of(operation);
  for (unsigned i = 0; i < 4; ++i)
    mask |= static_cast<std::uint64_t>(operation.operands[i]) << (32 + 8 * i);
  for (std::uint8_t number = 0; mask != 0; ++number, mask >>= 1)
    if ((mask & 1) != 0) state.registers[number] = Value::unknown();
}

void is_not_modelled(Instruction& instruction, const WrittenBy& written) {
  std::uint64_t mask = 0;
  if (written)
    for (const std::uint8_t number : written(instruction.operation.address))
      mask |= std::uint64_t{1} << (number % 64);
  const Bits high = static_cast<Bits>(mask >> 32);
  instruction.is<forget>({field(high, 0, 8), field(high, 8, 8), field(high, 16, 8), high >> 24},
                         static_cast<Bits>(mask));
}

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

std::vector<Operation> decode(Memory& memory, std::uint32_t address, const WrittenBy& written) {
  std::vector<Operation> operations;
  Blocks blocks;
  while (memory.has(address, 2)) {
    Instruction instruction = fetch(memory, address);
    blocks.enter(instruction);
    const bool is_known =
        instruction.operation.bytes == 2 ? decode_16(instruction) : decode_32(instruction);
    if (!is_known) is_not_modelled(instruction, written);
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

/// The registers of a kind: "S3" is 1 entry from the fourth on.
std::pair<std::uint8_t, std::uint8_t> of_kind(const std::string& name, unsigned first,
                                              unsigned entries, unsigned count) {
  unsigned number = count;
  std::from_chars(name.data() + 1, name.data() + name.size(), number);
  if (number >= count) return {0, 0};
  return {static_cast<std::uint8_t>(first + number * entries), static_cast<std::uint8_t>(entries)};
}

std::pair<std::uint8_t, std::uint8_t> numbers_of(const std::string& name) {
  if (name == "SP") return {sp, 1};
  if (name == "LR") return {lr, 1};
  if (name == "PC") return {pc, 1};
  if (name == "CPSR") return {flag_n, 5};
  switch (name.empty() ? 0 : name[0]) {
    case 'R': return of_kind(name, 0, 1, 16);
    case 'S': return of_kind(name, singles, 1, 32);
    case 'D': return of_kind(name, singles, 2, 16);
    case 'Q': return of_kind(name, singles, 4, 8);
    default: return {0, 0};
  }
}

}  // namespace
}  // namespace thumb_code

const InstructionSet thumb = {
    .decode = thumb_code::decode, .call = thumb_code::call, .numbers_of = thumb_code::numbers_of};

}  // namespace smelt::tools::machine
