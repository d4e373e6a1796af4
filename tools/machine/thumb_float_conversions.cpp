// SPDX-License-Identifier: Apache-2.0
//
// Floats of single precision from and to those of half precision, and numbers with a point.
#include <algorithm>

#include "tools/machine/thumb_float.h"

namespace smelt::tools::machine::thumb_code {
namespace {

float float_of_half(Bits half) {
  const int exponent = static_cast<int>(field(half, 10, 5));
  const Bits fraction = field(half, 0, 10), sign = bit(half, 15) ? 0x80000000 : 0;
  if (exponent == 31 && fraction == 0) return as_float(sign | 0x7F800000);
  if (exponent == 31) return as_float(sign | 0x7FC00000 | fraction << 13);
  const auto whole = static_cast<float>(exponent == 0 ? fraction : fraction | 0x400);
  const float x = std::ldexp(whole, std::max(exponent, 1) - 25);
  return sign != 0 ? -x : x;
}

Bits half_of_float(float x) {
  const Bits sign = std::signbit(x) ? 0x8000 : 0;
  if (std::isnan(x)) return sign | 0x7E00 | field(bits_of(x), 13, 10);
  const float size = std::fabs(x);
  constexpr float too_large = 65520;  // rounds to 2^16
  if (size >= too_large) return sign | 0x7C00;
  constexpr int least = -14;
  const int exponent = size == 0 ? least : std::max(std::ilogb(size), least);
  const auto fraction = static_cast<Bits>(std::nearbyint(std::ldexp(size, 10 - exponent)));
  return sign | ((static_cast<Bits>(exponent - least) << 10) + fraction);
}

// Operand 2 is where the half is in its single.
void from_half(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  const float x = float_of_half(from.bits >> operation.operands[2] & 0xffff);
  set(state, operation, 0, {bits_of(x), from.known});
}

void set_half(State& state, const Operation& operation, Bits half, bool is_known) {
  const Value before = get(state, operation, 0);
  const Bits kept = before.bits & ~(Bits{0xffff} << operation.operands[2]);
  set(state, operation, 0, {kept | half << operation.operands[2], is_known && before.known});
}
void to_half(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  set_half(state, operation, half_of_float(as_float(from.bits)), from.known);
}
void insert_half(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  set_half(state, operation, from.bits & 0xffff, from.known);
}
void extract_half(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  set(state, operation, 0, {from.bits >> 16, from.known});
}

// The immediate is the number of bits behind the point; operand 0 is both, operand 1 how many bits
// the number has.
template <bool is_signed>
void of_fixed(State& state, const Operation& operation) {
  const Value from = get(state, operation, 0);
  const unsigned width = operation.operands[1];
  const double number = is_signed ? static_cast<double>(sign_extended(from.bits, width))
                                  : static_cast<double>(from.bits << (32 - width) >> (32 - width));
  const double result = std::ldexp(number, -operation.immediate);
  set(state, operation, 0, {bits_of(static_cast<float>(result)), from.known});
}
template <bool is_signed>
void to_fixed(State& state, const Operation& operation) {
  const Value from = get(state, operation, 0);
  const double scaled = std::ldexp(double{as_float(from.bits)}, operation.immediate);
  const unsigned bits = operation.operands[1] - (is_signed ? 1 : 0);
  const double most = std::ldexp(1.0, static_cast<int>(bits)) - 1;
  const double clamped =
      std::isnan(scaled) ? 0 : std::clamp(scaled, is_signed ? -most - 1 : 0, most);
  set(state, operation, 0, {integer_of<is_signed>(clamped), from.known});
}

}  // namespace

bool decode_fixed(Instruction& instruction) {
  const Bits width = bit(instruction.bits, 7) ? 32 : 16;
  const std::initializer_list<Bits> operands = {single(instruction, 12, 22), width};
  const Bits fraction = width - (instruction.at(0, 4) << 1 | instruction.at(5, 1));
  switch (instruction.at(18, 1) << 1 | instruction.at(16, 1)) {
    case 0: return instruction.is<of_fixed<true>>(operands, fraction);
    case 1: return instruction.is<of_fixed<false>>(operands, fraction);
    case 2: return instruction.is<to_fixed<true>>(operands, fraction);
    default: return instruction.is<to_fixed<false>>(operands, fraction);
  }
}

bool decode_half_conversion(Instruction& instruction) {
  const bool second = bit(instruction.bits, 7);
  const std::initializer_list<Bits> operands = {single(instruction, 12, 22),
                                                single(instruction, 0, 5), second ? 16u : 0u};
  if (bit(instruction.bits, 28))
    return second ? instruction.is<insert_half>(operands) : instruction.is<extract_half>(operands);
  return bit(instruction.bits, 16) ? instruction.is<to_half>(operands)
                                   : instruction.is<from_half>(operands);
}

}  // namespace smelt::tools::machine::thumb_code
