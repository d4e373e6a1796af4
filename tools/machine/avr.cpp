// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/avr.h"

namespace smelt::tools::machine {
namespace avr_code {
namespace {

void branch(State& state, const Operation& operation) {
  state.pc = immediate_of(operation);
}

/// Addresses on the stack count words, the lowest byte above.
void link(State& state, const Operation& operation) {
  const Bits next = (operation.address + operation.bytes) / 2;
  for (Bits i = 0; i < state.registers[bytes_of_code].bits; ++i)
    push(state, known(next >> 8 * i & 0xff));
}

void call_to(State& state, const Operation& operation) {
  link(state, operation);
  branch(state, operation);
}

void jump(State& state, Value target) {
  if (!target.known) state.fault = "a jump to an address that is not known";
  state.pc = target.bits;
}

/// By Z; operand 0: with the page above it.
Value target_of(const State& state, const Operation& operation) {
  const Value z = pair(state, pointer_z), page = state.registers[page_of_code];
  const bool far = operation.operands[0] != 0;
  return {2 * (z.bits | (far ? page.bits << 16 : 0)), z.known && (!far || page.known)};
}
void jump_by_pointer(State& state, const Operation& operation) {
  jump(state, target_of(state, operation));
}
void call_by_pointer(State& state, const Operation& operation) {
  const Value target = target_of(state, operation);
  link(state, operation);
  jump(state, target);
}

constexpr Bits end_of(Bits bytes) {
  return InstructionSet::end / 2 & (~Bits{0} >> (32 - 8 * bytes));
}

void return_to_caller(State& state, const Operation&) {
  const Bits bytes = state.registers[bytes_of_code].bits;
  Value words;
  for (Bits i = 0; i < bytes; ++i) {
    const Value byte = pop(state);
    words = {words.bits << 8 | byte.bits, words.known && byte.known};
  }
  if (words.known && words.bits == end_of(bytes)) words.bits = InstructionSet::end / 2;
  jump(state, {2 * words.bits, words.known});
}

bool is_true(State& state, Value value) {
  return value.known ? value.bits != 0 : state.toss();
}

/// Operand 0 is the flag, operand 1 what it must be.
void branch_by_flag(State& state, const Operation& operation) {
  if (is_true(state, at(state, operation, 0)) == (operation.operands[1] != 0))
    branch(state, operation);
}
/// A bit of a register, or of the port of operand 3. Operand 1 is the bit, 2 what it must be.
void skip_by_bit(State& state, const Operation& operation) {
  const Bits port = operation.operands[3];
  const Value from = port != 0 ? load(state, known(port)) : at(state, operation, 0);
  const Value value = {field(from.bits, operation.operands[1], 1), from.known};
  if (is_true(state, value) == (operation.operands[2] != 0)) branch(state, operation);
}
void skip_if_equal(State& state, const Operation& operation) {
  const Value a = at(state, operation, 0), b = at(state, operation, 1);
  if (is_true(state, {a.bits == b.bits ? 1u : 0u, a.known && b.known})) branch(state, operation);
}

void nothing(State&, const Operation&) {}

Bits target(const Instruction& instruction, Bits words, unsigned width) {
  const Bits sign = Bits{1} << (width - 1);
  return instruction.next() + 2 * ((words ^ sign) - sign);
}

bool decode_skip(Instruction& instruction) {
  const Bits number = instruction.at(0, 3);
  if (instruction.has(0xFC00, 0x1000))
    return instruction.branches(skip_if_equal, {instruction.to(), instruction.from()},
                                instruction.skip);
  if (instruction.has(0xFC08, 0xFC00))
    return instruction.branches(skip_by_bit, {instruction.to(), number, instruction.at(9, 1)},
                                instruction.skip);
  return instruction.has(0xFD00, 0x9900) &&
         instruction.branches(
             skip_by_bit, {0, number, instruction.at(9, 1), ports_address + instruction.at(3, 5)},
             instruction.skip);
}

bool decode_by_pointer(Instruction& instruction) {
  const Bits far = instruction.at(4, 1);
  if (instruction.has(0xFFEF, 0x9409)) return instruction.branches(jump_by_pointer, {far});
  return instruction.has(0xFFEF, 0x9509) && instruction.branches(call_by_pointer, {far});
}

}  // namespace

bool is_long(Bits bits) {
  return (bits & 0xFC0F) == 0x9000 || (bits & 0xFE0C) == 0x940C;
}

bool decode_branch(Instruction& instruction) {
  switch (instruction.at(12, 4)) {
    case 0xC:
      return instruction.branches(branch, {}, target(instruction, instruction.at(0, 12), 12));
    case 0xD:
      return instruction.branches(call_to, {}, target(instruction, instruction.at(0, 12), 12));
    default: break;
  }
  if (instruction.has(0xF800, 0xF000))
    return instruction.branches(branch_by_flag,
                                {flag_c + instruction.at(0, 3), 1 ^ instruction.at(10, 1)},
                                target(instruction, instruction.at(3, 7), 7));
  if (instruction.has(0xFE0C, 0x940C)) {
    const Bits words =
        (instruction.at(4, 5) << 1 | instruction.at(0, 1)) << 16 | instruction.second;
    return instruction.branches(bit(instruction.bits, 1) ? call_to : branch, {}, 2 * words);
  }
  if (instruction.has(0xFFEF, 0x9508)) return instruction.branches(return_to_caller);
  const bool waits = instruction.has(0xFFEF, 0x9588) || instruction.has(0xFFFF, 0x95A8);
  if (instruction.bits == 0 || waits) return instruction.is(nothing);
  return decode_by_pointer(instruction) || decode_skip(instruction);
}

namespace {

Instruction fetch(Memory& memory, std::uint32_t address) {
  Instruction instruction;
  const auto word = [&](std::uint32_t at) {
    return memory.has(at, 2) ? memory.load(at, 2).bits : 0;
  };
  instruction.bits = word(address);
  instruction.second = word(address + 2);
  instruction.operation.address = address;
  instruction.operation.bytes = is_long(instruction.bits) ? 4 : 2;
  const std::uint32_t next = instruction.next();
  instruction.skip = next + (is_long(word(next)) ? 4u : 2u);
  return instruction;
}

std::vector<Operation> decode(Memory& memory, std::uint32_t address) {
  std::vector<Operation> operations;
  while (memory.has(address, 2)) {
    Instruction instruction = fetch(memory, address);
    if (!decode_branch(instruction) && !decode_memory(instruction) &&
        !decode_arithmetic(instruction))
      return {};
    operations.push_back(instruction.operation);
    if (instruction.operation.ends_block) break;
    address += instruction.operation.bytes;
  }
  return operations;
}

/// Arguments are pointers: in registers 24 and 25, then 22 and 23.
template <std::uint8_t bytes>
void call(State& state, std::uint32_t function, std::uint32_t stack,
          const std::vector<std::uint32_t>& arguments) {
  state.registers[bytes_of_code] = known(bytes);
  state.registers[1] = known(0);  // by convention
  for (std::size_t i = 0; i < arguments.size(); ++i)
    set_pair(state, static_cast<std::uint8_t>(24 - 2 * i), known(arguments[i] - data_address));
  set_pair(state, stack_low, known(stack - data_address - 1));
  for (Bits i = 0; i < bytes; ++i) push(state, known(end_of(bytes) >> 8 * i & 0xff));
  state.pc = function;
}

}  // namespace
}  // namespace avr_code

const InstructionSet avr = {.decode = avr_code::decode, .call = avr_code::call<2>};
const InstructionSet avr_large = {.decode = avr_code::decode, .call = avr_code::call<3>};

}  // namespace smelt::tools::machine
