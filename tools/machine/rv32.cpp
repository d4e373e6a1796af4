// SPDX-License-Identifier: Apache-2.0
//
// RV32IMAFC but for atomics, after The RISC-V Instruction Set Manual, volume I. Registers in State:
// x0 to x31, then f0 to f31.
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "tools/machine/emulator.h"
#include "tools/machine/rv32_compressed.h"

namespace smelt::tools::machine {
namespace {

constexpr std::uint8_t ra = 1, sp = 2, first_argument = 10, f0 = 32;

enum Operand : std::uint8_t { rd, rs1, rs2, rs3 };

Value read(const State& state, const Operation& operation, Operand operand) {
  return state.registers[operation.operands[operand]];
}

void write(State& state, const Operation& operation, Value value) {
  const std::uint8_t number = operation.operands[rd];
  if (number == 0) return;
  state.registers[number] = value;
  if (number == sp && value.known) state.lowest_stack = std::min(state.lowest_stack, value.bits);
}

std::uint32_t immediate_of(const Operation& operation) {
  return static_cast<std::uint32_t>(operation.immediate);
}

using Binary = std::uint32_t (*)(std::uint32_t, std::uint32_t);

template <Binary function>
void by_registers(State& state, const Operation& operation) {
  const Value a = read(state, operation, rs1), b = read(state, operation, rs2);
  write(state, operation, a.known && b.known ? Value{function(a.bits, b.bits)} : Value::unknown());
}

template <Binary function>
void by_immediate(State& state, const Operation& operation) {
  const Value a = read(state, operation, rs1);
  write(state, operation,
        a.known ? Value{function(a.bits, immediate_of(operation))} : Value::unknown());
}

std::uint32_t add(std::uint32_t a, std::uint32_t b) {
  return a + b;
}
std::uint32_t subtract(std::uint32_t a, std::uint32_t b) {
  return a - b;
}
std::uint32_t shift_left(std::uint32_t a, std::uint32_t b) {
  return a << (b & 31);
}
std::uint32_t shift_right(std::uint32_t a, std::uint32_t b) {
  return a >> (b & 31);
}
std::int32_t as_signed(std::uint32_t a) {
  return static_cast<std::int32_t>(a);
}
std::uint32_t shift_right_arithmetic(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>(as_signed(a) >> (b & 31));
}
std::uint32_t less(std::uint32_t a, std::uint32_t b) {
  return as_signed(a) < as_signed(b);
}
std::uint32_t less_unsigned(std::uint32_t a, std::uint32_t b) {
  return a < b;
}
std::uint32_t exclusive_or(std::uint32_t a, std::uint32_t b) {
  return a ^ b;
}
std::uint32_t inclusive_or(std::uint32_t a, std::uint32_t b) {
  return a | b;
}
std::uint32_t both(std::uint32_t a, std::uint32_t b) {
  return a & b;
}
std::uint32_t equal(std::uint32_t a, std::uint32_t b) {
  return a == b;
}
std::uint32_t multiply(std::uint32_t a, std::uint32_t b) {
  return a * b;
}
std::uint32_t upper(std::int64_t product) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(product) >> 32);
}
std::uint32_t multiply_high(std::uint32_t a, std::uint32_t b) {
  return upper(std::int64_t{as_signed(a)} * as_signed(b));
}
std::uint32_t multiply_high_mixed(std::uint32_t a, std::uint32_t b) {
  return upper(std::int64_t{as_signed(a)} * std::int64_t{b});
}
std::uint32_t multiply_high_unsigned(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>(std::uint64_t{a} * b >> 32);
}
bool overflows(std::uint32_t a, std::uint32_t b) {
  return a == 0x80000000 && b == 0xFFFFFFFF;
}
std::uint32_t divide(std::uint32_t a, std::uint32_t b) {
  if (b == 0) return 0xFFFFFFFF;
  return overflows(a, b) ? a : static_cast<std::uint32_t>(as_signed(a) / as_signed(b));
}
std::uint32_t divide_unsigned(std::uint32_t a, std::uint32_t b) {
  return b == 0 ? 0xFFFFFFFF : a / b;
}
std::uint32_t remainder(std::uint32_t a, std::uint32_t b) {
  if (b == 0) return a;
  return overflows(a, b) ? 0 : static_cast<std::uint32_t>(as_signed(a) % as_signed(b));
}
std::uint32_t remainder_unsigned(std::uint32_t a, std::uint32_t b) {
  return b == 0 ? a : a % b;
}

constexpr Operation::Execute register_operations[8] = {
    by_registers<add>,           by_registers<shift_left>,   by_registers<less>,
    by_registers<less_unsigned>, by_registers<exclusive_or>, by_registers<shift_right>,
    by_registers<inclusive_or>,  by_registers<both>};
constexpr Operation::Execute immediate_operations[8] = {
    by_immediate<add>,           by_immediate<shift_left>,   by_immediate<less>,
    by_immediate<less_unsigned>, by_immediate<exclusive_or>, by_immediate<shift_right>,
    by_immediate<inclusive_or>,  by_immediate<both>};
constexpr Operation::Execute multiplications[8] = {by_registers<multiply>,
                                                   by_registers<multiply_high>,
                                                   by_registers<multiply_high_mixed>,
                                                   by_registers<multiply_high_unsigned>,
                                                   by_registers<divide>,
                                                   by_registers<divide_unsigned>,
                                                   by_registers<remainder>,
                                                   by_registers<remainder_unsigned>};

void load_immediate(State& state, const Operation& operation) {
  write(state, operation, {immediate_of(operation)});
}

template <unsigned bytes, bool is_signed>
void load(State& state, const Operation& operation) {
  const Value base = read(state, operation, rs1);
  Value value =
      base.known ? state.memory.load(base.bits + immediate_of(operation), bytes) : Value::unknown();
  if (is_signed && value.known)
    value.bits = shift_right_arithmetic(value.bits << (32 - 8 * bytes), 32 - 8 * bytes);
  write(state, operation, value);
}
constexpr Operation::Execute loads[8] = {load<1, true>,  load<2, true>,  load<4, false>, nullptr,
                                         load<1, false>, load<2, false>, nullptr,        nullptr};

template <unsigned bytes>
void store(State& state, const Operation& operation) {
  const Value base = read(state, operation, rs1);
  if (base.known)
    state.memory.store(base.bits + immediate_of(operation), bytes, read(state, operation, rs2));
}
constexpr Operation::Execute stores[8] = {store<1>, store<2>, store<4>, nullptr,
                                          nullptr,  nullptr,  nullptr,  nullptr};

template <Binary function, bool wanted>
void branch(State& state, const Operation& operation) {
  const Value a = read(state, operation, rs1), b = read(state, operation, rs2);
  const bool taken = a.known && b.known ? (function(a.bits, b.bits) != 0) == wanted : state.toss();
  if (taken) state.pc = operation.address + immediate_of(operation);
}
constexpr Operation::Execute branches[8] = {branch<equal, true>,
                                            branch<equal, false>,
                                            nullptr,
                                            nullptr,
                                            branch<less, true>,
                                            branch<less, false>,
                                            branch<less_unsigned, true>,
                                            branch<less_unsigned, false>};

void jump_to(State& state, const Operation& operation, std::uint32_t to) {
  write(state, operation, {operation.address + operation.bytes});
  state.pc = to;
}

void jump(State& state, const Operation& operation) {
  jump_to(state, operation, operation.address + immediate_of(operation));
}

void jump_by_register(State& state, const Operation& operation) {
  const Value base = read(state, operation, rs1);
  if (base.known)
    jump_to(state, operation, (base.bits + immediate_of(operation)) & ~1U);
  else
    state.fault = "code goes to an address that is not known";
}

void nothing(State&, const Operation&) {}

void forget(State& state, const Operation& operation) {
  if (state.not_modelled == 0) state.not_modelled = operation.address;
  write(state, operation, Value::unknown());
}

float real(Value value) {
  return std::bit_cast<float>(value.bits);
}

Value of_real(float value) {
  return {std::bit_cast<std::uint32_t>(value)};
}

template <typename Function>
void float_operation(State& state, const Operation& operation, Function function) {
  const Value a = read(state, operation, rs1), b = read(state, operation, rs2),
              c = read(state, operation, rs3);
  write(state, operation, a.known && b.known && c.known ? function(a, b, c) : Value::unknown());
}

template <int sign_of_product, int sign_of_sum>
void fused(State& state, const Operation& operation) {
  float_operation(state, operation, [](Value a, Value b, Value c) {
    return of_real(std::fma(sign_of_product * real(a), real(b), sign_of_sum * real(c)));
  });
}

template <float (*function)(float, float)>
void float_binary(State& state, const Operation& operation) {
  float_operation(state, operation,
                  [](Value a, Value b, Value) { return of_real(function(real(a), real(b))); });
}

float float_add(float a, float b) {
  return a + b;
}
float float_subtract(float a, float b) {
  return a - b;
}
float float_multiply(float a, float b) {
  return a * b;
}
float float_divide(float a, float b) {
  return a / b;
}
float float_square_root(float a, float) {
  return std::sqrt(a);
}
float float_least(float a, float b) {
  return std::fmin(a, b);
}
float float_greatest(float a, float b) {
  return std::fmax(a, b);
}

template <std::uint32_t (*sign)(std::uint32_t, std::uint32_t)>
void float_sign(State& state, const Operation& operation) {
  float_operation(state, operation, [](Value a, Value b, Value) {
    return Value{(a.bits & 0x7FFFFFFF) | (sign(a.bits, b.bits) & 0x80000000)};
  });
}
std::uint32_t second(std::uint32_t, std::uint32_t b) {
  return b;
}
std::uint32_t second_inverted(std::uint32_t, std::uint32_t b) {
  return ~b;
}

template <bool (*function)(float, float)>
void float_compare(State& state, const Operation& operation) {
  float_operation(state, operation,
                  [](Value a, Value b, Value) { return Value{function(real(a), real(b))}; });
}
bool float_equal(float a, float b) {
  return a == b;
}
bool float_less(float a, float b) {
  return a < b;
}
bool float_less_or_equal(float a, float b) {
  return a <= b;
}

template <typename Integer, bool nearest>
void to_integer(State& state, const Operation& operation) {
  float_operation(state, operation, [](Value a, Value, Value) {
    using Limits = std::numeric_limits<Integer>;
    const double exact = real(a);
    if (std::isnan(exact) || exact > static_cast<double>(Limits::max()))
      return Value{static_cast<std::uint32_t>(Limits::max())};
    if (exact < static_cast<double>(Limits::min()))
      return Value{static_cast<std::uint32_t>(Limits::min())};
    return Value{static_cast<std::uint32_t>(
        static_cast<std::int64_t>(nearest ? std::nearbyint(exact) : std::trunc(exact)))};
  });
}

template <typename Integer>
void from_integer(State& state, const Operation& operation) {
  float_operation(state, operation, [](Value a, Value, Value) {
    return of_real(static_cast<float>(static_cast<Integer>(a.bits)));
  });
}

void move(State& state, const Operation& operation) {
  write(state, operation, read(state, operation, rs1));
}

/// Bits `high` to `low` of an instruction.
constexpr std::uint32_t field(std::uint32_t bits, unsigned high, unsigned low) {
  return bits >> low & ((2U << (high - low)) - 1);
}

constexpr std::int32_t sign_extended(std::uint32_t value, unsigned bits) {
  return static_cast<std::int32_t>(value << (32 - bits)) >> (32 - bits);
}

std::int32_t branch_distance(std::uint32_t bits) {
  return sign_extended(field(bits, 31, 31) << 12 | field(bits, 7, 7) << 11 |
                           field(bits, 30, 25) << 5 | field(bits, 11, 8) << 1,
                       13);
}

std::int32_t jump_distance(std::uint32_t bits) {
  return sign_extended(field(bits, 31, 31) << 20 | field(bits, 19, 12) << 12 |
                           field(bits, 20, 20) << 11 | field(bits, 30, 21) << 1,
                       21);
}

/// Which of an instruction's registers are those of floats.
void take_float(Operation& operation, std::initializer_list<Operand> operands) {
  for (const Operand operand : operands)
    operation.operands[operand] = static_cast<std::uint8_t>(operation.operands[operand] + f0);
}

/// OP-FP of single precision; none if it is not modelled.
Operation::Execute float_operation_of(std::uint32_t bits, Operation& operation) {
  const std::uint32_t kind = field(bits, 31, 27), mode = field(bits, 14, 12);
  const bool is_unsigned = field(bits, 20, 20) != 0;
  const auto all_float = [&](Operation::Execute execute) {
    take_float(operation, {rd, rs1, rs2});
    return execute;
  };
  switch (kind) {
    case 0x00: return all_float(float_binary<float_add>);
    case 0x01: return all_float(float_binary<float_subtract>);
    case 0x02: return all_float(float_binary<float_multiply>);
    case 0x03: return all_float(float_binary<float_divide>);
    case 0x0B:
      operation.operands[rs2] = 0;
      take_float(operation, {rd, rs1});
      return float_binary<float_square_root>;
    case 0x04:
      return all_float(mode == 0   ? float_sign<second>
                       : mode == 1 ? float_sign<second_inverted>
                                   : float_sign<exclusive_or>);
    case 0x05:
      return all_float(mode == 0 ? float_binary<float_least> : float_binary<float_greatest>);
    case 0x14:
      take_float(operation, {rs1, rs2});
      return mode == 2   ? float_compare<float_equal>
             : mode == 1 ? float_compare<float_less>
                         : float_compare<float_less_or_equal>;
    case 0x18:
      operation.operands[rs2] = 0;
      take_float(operation, {rs1});
      if (mode == 1)
        return is_unsigned ? to_integer<std::uint32_t, false> : to_integer<std::int32_t, false>;
      return is_unsigned ? to_integer<std::uint32_t, true> : to_integer<std::int32_t, true>;
    case 0x1A:
      operation.operands[rs2] = 0;
      take_float(operation, {rd});
      return is_unsigned ? from_integer<std::uint32_t> : from_integer<std::int32_t>;
    case 0x1C: take_float(operation, {rs1}); return mode == 0 ? move : forget;  // FCLASS
    case 0x1E: take_float(operation, {rd}); return move;
    default: return nullptr;
  }
}

Operation::Execute fused_operation_of(std::uint32_t opcode, Operation& operation) {
  take_float(operation, {rd, rs1, rs2, rs3});
  switch (opcode) {
    case 0x43: return fused<1, 1>;
    case 0x47: return fused<1, -1>;
    case 0x4B: return fused<-1, 1>;
    default: return fused<-1, -1>;
  }
}

Operation::Execute arithmetic_of(std::uint32_t bits, bool by_register) {
  const std::uint32_t kind = field(bits, 14, 12), variant = field(bits, 31, 25);
  if (by_register && variant == 1) return multiplications[kind];
  if (kind == 5 && variant == 0x20)
    return by_register ? by_registers<shift_right_arithmetic>
                       : by_immediate<shift_right_arithmetic>;
  if (by_register && kind == 0 && variant == 0x20) return by_registers<subtract>;
  return by_register ? register_operations[kind] : immediate_operations[kind];
}

/// What an instruction of 32 bits does; `operation` has its registers, and gets the rest.
Operation::Execute execute_of(std::uint32_t bits, Operation& operation) {
  const std::uint32_t opcode = field(bits, 6, 0), kind = field(bits, 14, 12);
  const auto take = [&](std::int32_t immediate, Operation::Execute execute) {
    operation.immediate = immediate;
    return execute;
  };
  const std::int32_t of_load = static_cast<std::int32_t>(bits) >> 20;
  const std::int32_t of_store = sign_extended(field(bits, 31, 25) << 5 | field(bits, 11, 7), 12);
  const auto upper_bits = static_cast<std::int32_t>(bits & 0xFFFFF000);
  switch (opcode) {
    case 0x37: return take(upper_bits, load_immediate);
    case 0x17:
      return take(upper_bits + static_cast<std::int32_t>(operation.address), load_immediate);
    case 0x6F: operation.ends_block = true; return take(jump_distance(bits), jump);
    case 0x67: operation.ends_block = true; return take(of_load, jump_by_register);
    case 0x63: operation.ends_block = true; return take(branch_distance(bits), branches[kind]);
    case 0x03: return take(of_load, loads[kind]);
    case 0x23: return take(of_store, stores[kind]);
    case 0x13: return take(of_load, arithmetic_of(bits, false));
    case 0x33: return arithmetic_of(bits, true);
    case 0x0F: return nothing;  // FENCE
    case 0x73: return forget;   // of control and status registers
    case 0x07: take_float(operation, {rd}); return take(of_load, loads[kind]);
    case 0x27: take_float(operation, {rs2}); return take(of_store, stores[kind]);
    case 0x53: return float_operation_of(bits, operation);
    case 0x43:
    case 0x47:
    case 0x4B:
    case 0x4F: return fused_operation_of(opcode, operation);
    default: return nullptr;
  }
}

/// Operand 3 is x0, which is known, unless an instruction has a third source.
Operation operation_at(std::uint32_t bits, std::uint32_t address, std::uint8_t bytes) {
  Operation operation = {.address = address, .bytes = bytes};
  operation.operands = {static_cast<std::uint8_t>(field(bits, 11, 7)),
                        static_cast<std::uint8_t>(field(bits, 19, 15)),
                        static_cast<std::uint8_t>(field(bits, 24, 20)), 0};
  if (field(bits, 6, 4) == 4)
    operation.operands[rs3] = static_cast<std::uint8_t>(field(bits, 31, 27));
  operation.execute = execute_of(bits, operation);
  return operation;
}

std::vector<Operation> decode(Memory& memory, std::uint32_t address) {
  std::vector<Operation> operations;
  while (memory.has(address, 2)) {
    const std::uint32_t half = memory.load(address, 2).bits;
    const bool compressed = (half & 3) != 3;
    const std::uint32_t bits = compressed ? decompressed(static_cast<std::uint16_t>(half))
                                          : half | memory.load(address + 2, 2).bits << 16;
    const Operation operation = operation_at(bits, address, compressed ? 2 : 4);
    if (!operation.execute) return {};
    operations.push_back(operation);
    if (operation.ends_block) break;
    address += operation.bytes;
  }
  return operations;
}

void call(State& state, std::uint32_t function, std::uint32_t stack,
          const std::vector<std::uint32_t>& arguments) {
  state.registers[0] = {0};
  state.registers[ra] = {InstructionSet::end};
  state.registers[sp] = {stack};
  for (std::size_t i = 0; i < arguments.size(); ++i)
    state.registers[first_argument + i] = {arguments[i]};
  state.lowest_stack = std::min(state.lowest_stack, stack);
  state.pc = function;
}

}  // namespace

const InstructionSet rv32 = {.decode = decode, .call = call};

}  // namespace smelt::tools::machine
