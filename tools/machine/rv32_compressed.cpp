// SPDX-License-Identifier: Apache-2.0
//
// After The RISC-V Instruction Set Manual, volume I, chapter "C": RV32FC.
#include "tools/machine/rv32_compressed.h"

namespace smelt::tools::machine {
namespace {

using Bits = std::uint32_t;

constexpr Bits field(Bits bits, unsigned high, unsigned low) {
  return bits >> low & ((2U << (high - low)) - 1);
}

constexpr Bits sign_extended(Bits value, unsigned bits) {
  return static_cast<Bits>(static_cast<std::int32_t>(value << (32 - bits)) >> (32 - bits));
}

constexpr Bits load_opcode = 0x03, float_load_opcode = 0x07, store_opcode = 0x23,
               float_store_opcode = 0x27, immediate_opcode = 0x13, register_opcode = 0x33,
               upper_opcode = 0x37, branch_opcode = 0x63, jump_opcode = 0x6F,
               jump_register_opcode = 0x67;
constexpr Bits zero = 0, ra = 1, sp = 2, word = 2;

Bits of_i(Bits opcode, Bits kind, Bits rd, Bits rs1, Bits immediate) {
  return immediate << 20 | rs1 << 15 | kind << 12 | rd << 7 | opcode;
}

Bits of_s(Bits opcode, Bits rs1, Bits rs2, Bits immediate) {
  return field(immediate, 11, 5) << 25 | rs2 << 20 | rs1 << 15 | word << 12 |
         field(immediate, 4, 0) << 7 | opcode;
}

Bits of_r(Bits variant, Bits kind, Bits rd, Bits rs1, Bits rs2) {
  return variant << 25 | rs2 << 20 | rs1 << 15 | kind << 12 | rd << 7 | register_opcode;
}

Bits jump(Bits rd, Bits distance) {
  return field(distance, 20, 20) << 31 | field(distance, 10, 1) << 21 |
         field(distance, 11, 11) << 20 | field(distance, 19, 12) << 12 | rd << 7 | jump_opcode;
}

Bits branch(Bits kind, Bits rs1, Bits distance) {
  return field(distance, 12, 12) << 31 | field(distance, 10, 5) << 25 | rs1 << 15 | kind << 12 |
         field(distance, 4, 1) << 8 | field(distance, 11, 11) << 7 | branch_opcode;
}

/// The registers that three bits name: x8 to x15.
Bits low(Bits bits, unsigned at) {
  return 8 + field(bits, at + 2, at);
}

Bits quadrant_0(Bits bits) {
  const Bits rd = low(bits, 2), rs1 = low(bits, 7);
  const Bits offset = field(bits, 12, 10) << 3 | field(bits, 6, 6) << 2 | field(bits, 5, 5) << 6;
  switch (field(bits, 15, 13)) {
    case 0: {  // c.addi4spn
      const Bits step = field(bits, 12, 11) << 4 | field(bits, 10, 7) << 6 |
                        field(bits, 6, 6) << 2 | field(bits, 5, 5) << 3;
      return step ? of_i(immediate_opcode, 0, rd, sp, step) : 0;
    }
    case 2: return of_i(load_opcode, word, rd, rs1, offset);
    case 3: return of_i(float_load_opcode, word, rd, rs1, offset);
    case 6: return of_s(store_opcode, rs1, rd, offset);
    case 7: return of_s(float_store_opcode, rs1, rd, offset);
    default: return 0;
  }
}

Bits jump_distance(Bits bits) {
  return sign_extended(field(bits, 12, 12) << 11 | field(bits, 11, 11) << 4 |
                           field(bits, 10, 9) << 8 | field(bits, 8, 8) << 10 |
                           field(bits, 7, 7) << 6 | field(bits, 6, 6) << 7 |
                           field(bits, 5, 3) << 1 | field(bits, 2, 2) << 5,
                       12);
}

Bits branch_distance(Bits bits) {
  return sign_extended(field(bits, 12, 12) << 8 | field(bits, 11, 10) << 3 |
                           field(bits, 6, 5) << 6 | field(bits, 4, 3) << 1 | field(bits, 2, 2) << 5,
                       9);
}

/// Shifts, AND, SUB, XOR and OR on x8 to x15.
Bits low_arithmetic(Bits bits) {
  const Bits rd = low(bits, 7), amount = field(bits, 6, 2);
  switch (field(bits, 11, 10)) {
    case 0: return of_i(immediate_opcode, 5, rd, rd, amount);
    case 1: return of_i(immediate_opcode, 5, rd, rd, amount | 0x400);
    case 2:
      return of_i(immediate_opcode, 7, rd, rd,
                  sign_extended(field(bits, 12, 12) << 5 | amount, 6) & 0xFFF);
    default: break;
  }
  if (field(bits, 12, 12)) return 0;
  switch (field(bits, 6, 5)) {
    case 0: return of_r(0x20, 0, rd, rd, low(bits, 2));
    case 1: return of_r(0, 4, rd, rd, low(bits, 2));
    case 2: return of_r(0, 6, rd, rd, low(bits, 2));
    default: return of_r(0, 7, rd, rd, low(bits, 2));
  }
}

Bits quadrant_1(Bits bits) {
  const Bits rd = field(bits, 11, 7);
  const Bits small = sign_extended(field(bits, 12, 12) << 5 | field(bits, 6, 2), 6);
  switch (field(bits, 15, 13)) {
    case 0: return of_i(immediate_opcode, 0, rd, rd, small & 0xFFF);
    case 1: return jump(ra, jump_distance(bits));
    case 2: return of_i(immediate_opcode, 0, rd, zero, small & 0xFFF);
    case 3: {
      if (rd != sp) return small << 12 | rd << 7 | upper_opcode;
      const Bits step =
          sign_extended(field(bits, 12, 12) << 9 | field(bits, 6, 6) << 4 | field(bits, 5, 5) << 6 |
                            field(bits, 4, 3) << 7 | field(bits, 2, 2) << 5,
                        10);
      return of_i(immediate_opcode, 0, sp, sp, step & 0xFFF);
    }
    case 4: return low_arithmetic(bits);
    case 5: return jump(zero, jump_distance(bits));
    case 6: return branch(0, low(bits, 7), branch_distance(bits));
    default: return branch(1, low(bits, 7), branch_distance(bits));
  }
}

/// Jumps, moves and additions of any registers.
Bits moves(Bits bits) {
  const Bits rd = field(bits, 11, 7), rs2 = field(bits, 6, 2);
  const bool more = field(bits, 12, 12) != 0;
  if (rs2 == 0) return rd ? of_i(jump_register_opcode, 0, more ? ra : zero, rd, 0) : 0;
  return of_r(0, 0, rd, more ? rd : zero, rs2);
}

Bits quadrant_2(Bits bits) {
  const Bits rd = field(bits, 11, 7), rs2 = field(bits, 6, 2);
  const Bits load = field(bits, 12, 12) << 5 | field(bits, 6, 4) << 2 | field(bits, 3, 2) << 6;
  const Bits store = field(bits, 12, 9) << 2 | field(bits, 8, 7) << 6;
  switch (field(bits, 15, 13)) {
    case 0: return of_i(immediate_opcode, 1, rd, rd, rs2);
    case 2: return of_i(load_opcode, word, rd, sp, load);
    case 3: return of_i(float_load_opcode, word, rd, sp, load);
    case 4: return moves(bits);
    case 6: return of_s(store_opcode, sp, rs2, store);
    case 7: return of_s(float_store_opcode, sp, rs2, store);
    default: return 0;
  }
}

}  // namespace

std::uint32_t decompressed(std::uint16_t instruction) {
  switch (instruction & 3) {
    case 0: return quadrant_0(instruction);
    case 1: return quadrant_1(instruction);
    default: return quadrant_2(instruction);
  }
}

}  // namespace smelt::tools::machine
