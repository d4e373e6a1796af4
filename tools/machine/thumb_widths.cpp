// SPDX-License-Identifier: Apache-2.0
//
// Helium: lanes that become wider or narrower, and products that are wider.
#include <tuple>

#include "tools/machine/thumb_vector.h"

namespace smelt::tools::machine::thumb_code {
namespace {

// Operand 3 is 1 for the odd ones of the narrow lanes, operand 4 says what these are.

/// Shifted to the left by the immediate.
void widen(State& state, const Operation& operation) {
  const unsigned width = width_of(operation.operands[4]);
  const Vector from = get_vector(state, operation.operands[1]);
  Vector result = {{}, from.known};
  for (unsigned i = 0; i < 64 / width; ++i) {
    const Lane lane =
        lane_of(from, width, is_signed_of(operation.operands[4]), 2 * i + operation.operands[3]);
    put_lane(result, 2 * width, i, lane << operation.immediate);
  }
  set_vector(state, operation, result);
}

using Product = Lane (*)(Lane a, Lane b, unsigned width);

template <Product product>
void multiply_wide(State& state, const Operation& operation) {
  const unsigned width = width_of(operation.operands[4]);
  const bool is_signed = is_signed_of(operation.operands[4]);
  const Vector a = get_vector(state, operation.operands[1]),
               b = get_vector(state, operation.operands[2]);
  Vector result = {{}, a.known && b.known};
  for (unsigned i = 0; i < 64 / width; ++i) {
    const unsigned at = 2 * i + operation.operands[3];
    const Lane x =
        product(lane_of(a, width, is_signed, at), lane_of(b, width, is_signed, at), width);
    put_lane(result, width < 32 ? 2 * width : 32, width < 32 ? i : 2 * i, x);
    if (width == 32) put_lane(result, 32, 2 * i + 1, x >> 32);
  }
  set_vector(state, operation, result);
}
Lane plain(Lane a, Lane b, unsigned) {
  return static_cast<Lane>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
Lane doubled(Lane a, Lane b, unsigned width) {
  const Lane least = -(Lane{1} << (width - 1));
  if (a == least && b == least) return width == 32 ? Lane{0x7fffffffffffffff} : Lane{0x7fffffff};
  return 2 * a * b;
}
/// Without carries.
Lane polynomial(Lane a, Lane b, unsigned width) {
  Lane result = 0;
  for (unsigned i = 0; i < width; ++i)
    if ((b >> i & 1) != 0) result ^= a << i;
  return result;
}

/// A doubled product with a general register, operand 2.
void multiply_wide_register(State& state, const Operation& operation) {
  const unsigned width = width_of(operation.operands[4]);
  const Vector a = get_vector(state, operation.operands[1]);
  const Value by = get(state, operation, 2);
  const Lane b = sign_extended(by.bits, width);
  Vector result = {{}, a.known && by.known};
  for (unsigned i = 0; i < 64 / width; ++i) {
    const Lane x = doubled(signed_lane_of(a, width, 2 * i + operation.operands[3]), b, width);
    put_lane(result, 32, width < 32 ? i : 2 * i, x);
    if (width == 32) put_lane(result, 32, 2 * i + 1, x >> 32);
  }
  set_vector(state, operation, result);
}

/// How lanes become narrow: operand 2.
enum Narrowing : std::uint8_t { rounds = 1, saturates = 2, from_signed = 4, to_signed = 8 };

/// Shifted to the right by the immediate; the others of the narrow lanes stay.
void narrow(State& state, const Operation& operation) {
  const unsigned width = width_of(operation.operands[4]), how = operation.operands[2];
  const Lane by = operation.immediate;
  const Vector from = get_vector(state, operation.operands[1]),
               before = get_vector(state, operation.operands[0]);
  Vector result = {{}, from.known && before.known};
  for (unsigned i = 0; i < 128 / width; ++i) {
    if (i % 2 != operation.operands[3]) {
      put_lane(result, width, i, lane_of(before, width, i));
      continue;
    }
    Lane x = lane_of(from, 2 * width, (how & from_signed) != 0, i / 2);
    if ((how & rounds) != 0 && by > 0) x += Lane{1} << (by - 1);
    x >>= by;
    put_lane(result, width, i,
             (how & saturates) != 0 ? saturated(x, width, (how & to_signed) != 0) : x);
  }
  set_vector(state, operation, result);
}

/// The size of narrow lanes, and by how much they are shifted to the left.
std::tuple<Bits, Bits> size_and_shift(const Instruction& instruction) {
  return bit(instruction.bits, 20) ? std::tuple<Bits, Bits>{1, instruction.at(16, 4)}
                                   : std::tuple<Bits, Bits>{0, instruction.at(16, 3)};
}

bool decode_shifted_widening(Instruction& instruction) {
  const auto [size, shift] = size_and_shift(instruction);
  return instruction.is<widen>({first_single(instruction), vector_at(instruction, 1), 0,
                                instruction.at(12, 1), lanes(size, is_signed_of(instruction))},
                               shift);
}

/// By the width of the lanes.
bool decode_full_widening(Instruction& instruction) {
  const Bits size = instruction.at(18, 2);
  return instruction.is<widen>({first_single(instruction), vector_at(instruction, 1), 0,
                                instruction.at(12, 1), lanes(size, is_signed_of(instruction))},
                               8u << size);
}

bool decode_shifted_narrowing(Instruction& instruction) {
  const auto [size, left] = size_and_shift(instruction);
  const bool u = bit(instruction.bits, 28), last = bit(instruction.bits, 0);
  const Bits plain_sign = u ? 0 : Bits{from_signed | to_signed};
  const Bits how = !bit(instruction.bits, 7) ? saturates | plain_sign | (last ? Bits{rounds} : 0)
                   : last                    ? (u ? Bits{rounds} : 0)
                          : saturates | Bits{from_signed} | (u ? Bits{rounds} : 0);
  return instruction.is<narrow>({first_single(instruction), vector_at(instruction, 1), how,
                                 instruction.at(12, 1), lanes(size, false)},
                                (8u << size) - left);
}

bool decode_narrowing(Instruction& instruction) {
  const bool u = bit(instruction.bits, 28);
  const bool of_sign = instruction.at(16, 2) == 3;
  const Bits how = of_sign ? (u ? Bits{saturates} : Bits{saturates | from_signed | to_signed})
                   : u     ? 0
                           : Bits{saturates | from_signed};
  return instruction.is<narrow>({first_single(instruction), vector_at(instruction, 1), how,
                                 instruction.at(12, 1), lanes(instruction.at(18, 2), false)});
}

bool decode_wide_product(Instruction& instruction) {
  const Bits size = instruction.at(20, 2);
  const Bits to = first_single(instruction), a = vector_at(instruction, 17),
             b = vector_at(instruction, 1), odd = instruction.at(12, 1);
  if (size == 3)
    return instruction.is<multiply_wide<polynomial>>(
        {to, a, b, odd, lanes(instruction.at(28, 1), false)});
  return instruction.is<multiply_wide<plain>>(
      {to, a, b, odd, lanes(size, is_signed_of(instruction))});
}

bool decode_doubled_product(Instruction& instruction) {
  const Bits to = first_single(instruction), a = vector_at(instruction, 17),
             odd = instruction.at(12, 1), kind = lanes(instruction.at(28, 1) + 1, true);
  if (bit(instruction.bits, 6))
    return instruction.is<multiply_wide_register>({to, a, instruction.at(0, 4), odd, kind});
  return instruction.is<multiply_wide<doubled>>({to, a, vector_at(instruction, 1), odd, kind});
}

}  // namespace

bool decode_change_of_width(Instruction& instruction) {
  if (instruction.has(0xEFA00FD1, 0xEEA00F40) && instruction.at(19, 2) != 0)
    return decode_shifted_widening(instruction);
  if (instruction.has(0xEFB30FD1, 0xEE310E01) && instruction.at(18, 2) < 2)
    return decode_full_widening(instruction);
  if (instruction.has(0xEFA00F50, 0xEE800F40) && instruction.at(19, 2) != 0)
    return decode_shifted_narrowing(instruction);
  if (instruction.has(0xEFB30FD1, 0xEE330E01) && instruction.at(18, 2) < 2)
    return decode_narrowing(instruction);
  if (instruction.has(0xEFB30FD1, 0xEE310E81) && instruction.at(18, 2) < 2)
    return decode_narrowing(instruction);
  if (instruction.has(0xEF810FD1, 0xEE010E00)) return decode_wide_product(instruction);
  if (instruction.has(0xEFB10FD1, 0xEE300F01) || instruction.has(0xEFB10F70, 0xEE300F60))
    return decode_doubled_product(instruction);
  // Halves to singles and back.
  return instruction.has(0xEFBF0FD1, 0xEE3F0E01) &&
         instruction.is<forget_ranges>({first_single(instruction), 4});
}

}  // namespace smelt::tools::machine::thumb_code
