// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/thumb_arithmetic.h"

namespace smelt::tools::machine::thumb_code {
namespace {

// Operands: 0 the result, 1 and 2 the factors, 3 what is added, the register `zero` if nothing is.
// The factors' halves that count are those of operand 4: bit 1 for the first, bit 0 for the second.
constexpr std::int64_t half(Bits bits, bool top) {
  return sign_extended(top ? bits >> 16 : bits, 16);
}

/// A result and whether the sum that it is of was too large for 32 bits.
struct Result {
  Bits bits;
  bool overflow = false;
};

Result checked(std::int64_t sum) {
  return {static_cast<Bits>(sum), sum != as_signed(static_cast<Bits>(sum))};
}

using Formula = Result (*)(Bits a, Bits b, Bits c, unsigned halves);

template <Formula formula>
void compute(State& state, const Operation& operation) {
  const Value a = get(state, operation, 1), b = get(state, operation, 2),
              c = get(state, operation, 3);
  const bool is_known = a.known && b.known && c.known;
  const Result result = formula(a.bits, b.bits, c.bits, operation.operands[4]);
  set(state, operation, 0, {result.bits, is_known});
  if (is_known && result.overflow) set_flag(state, flag_q, true);
}

Result plain(Bits a, Bits b, Bits c, unsigned) {
  return {c + a * b};
}
Result plain_less(Bits a, Bits b, Bits c, unsigned) {
  return {c - a * b};
}
Result of_halves(Bits a, Bits b, Bits c, unsigned halves) {
  return checked(half(a, (halves & 2) != 0) * half(b, (halves & 1) != 0) + as_signed(c));
}
/// Operand 4: whether the halves of the second are exchanged.
constexpr std::int64_t two(Bits a, Bits b, unsigned exchanged, int sign) {
  const bool top = exchanged != 0;
  return half(a, false) * half(b, top) + sign * half(a, true) * half(b, !top);
}
Result two_sum(Bits a, Bits b, Bits c, unsigned exchanged) {
  return checked(two(a, b, exchanged, 1) + as_signed(c));
}
Result two_difference(Bits a, Bits b, Bits c, unsigned exchanged) {
  return checked(two(a, b, exchanged, -1) + as_signed(c));
}
Result word_by_half(Bits a, Bits b, Bits c, unsigned top) {
  return checked((as_signed(a) * half(b, top != 0) >> 16) + as_signed(c));
}
std::int64_t product(Bits a, Bits b) {
  return std::int64_t{as_signed(a)} * as_signed(b);
}
/// The upper half of sums of 64 bits, which may wrap.
Bits upper(Bits c, std::int64_t by, unsigned rounds) {
  const std::uint64_t sum = (std::uint64_t{c} << 32) + static_cast<std::uint64_t>(by);
  return static_cast<Bits>((sum + (rounds != 0 ? 0x80000000u : 0u)) >> 32);
}
Result upper_sum(Bits a, Bits b, Bits c, unsigned rounds) {
  return {upper(c, product(a, b), rounds)};
}
Result upper_difference(Bits a, Bits b, Bits c, unsigned rounds) {
  return {upper(c, -product(a, b), rounds)};
}
Result differences(Bits a, Bits b, Bits c, unsigned) {
  for (unsigned i = 0; i < 32; i += 8) {
    const Bits x = field(a, i, 8), y = field(b, i, 8);
    c += x > y ? x - y : y - x;
  }
  return {c};
}
Result quotient(Bits a, Bits b, Bits, unsigned) {
  return {b == 0 ? 0 : a / b};
}
Result signed_quotient(Bits a, Bits b, Bits, unsigned) {
  const std::int64_t x = as_signed(a), y = as_signed(b);
  return {y == 0 ? 0 : static_cast<Bits>(x / y)};
}

bool decode_short(Instruction& instruction) {
  const Bits kind = instruction.at(4, 2), added = instruction.at(12, 4);
  const std::initializer_list<Bits> operands = {instruction.at(8, 4), instruction.at(16, 4),
                                                instruction.at(0, 4),
                                                added == pc ? Bits{zero} : added, kind};
  switch (instruction.at(20, 3)) {
    case 0:
      return kind == 0 ? instruction.is<compute<plain>>(operands)
                       : kind == 1 && instruction.is<compute<plain_less>>(operands);
    case 1: return instruction.is<compute<of_halves>>(operands);
    case 2: return instruction.is<compute<two_sum>>(operands);
    case 3: return instruction.is<compute<word_by_half>>(operands);
    case 4: return instruction.is<compute<two_difference>>(operands);
    case 5: return instruction.is<compute<upper_sum>>(operands);
    case 6: return instruction.is<compute<upper_difference>>(operands);
    default: return instruction.is<compute<differences>>(operands);
  }
}

// Long ones: operands 0 and 3 are the low and the high half of the result.
using LongFormula = std::uint64_t (*)(Bits a, Bits b, std::uint64_t before, unsigned halves);

template <LongFormula formula, bool adds>
void compute_long(State& state, const Operation& operation) {
  const Value a = get(state, operation, 1), b = get(state, operation, 2),
              low = get(state, operation, 0), high = get(state, operation, 3);
  const bool is_known = a.known && b.known && (!adds || (low.known && high.known));
  const std::uint64_t before = adds ? std::uint64_t{high.bits} << 32 | low.bits : 0;
  const std::uint64_t result = formula(a.bits, b.bits, before, operation.operands[4]);
  set(state, operation, 0, {static_cast<Bits>(result), is_known});
  set(state, operation, 3, {static_cast<Bits>(result >> 32), is_known});
}

std::uint64_t plus(std::uint64_t before, std::int64_t by) {
  return before + static_cast<std::uint64_t>(by);
}
std::uint64_t long_signed(Bits a, Bits b, std::uint64_t before, unsigned) {
  return plus(before, product(a, b));
}
std::uint64_t long_unsigned(Bits a, Bits b, std::uint64_t before, unsigned) {
  return before + std::uint64_t{a} * b;
}
std::uint64_t long_of_halves(Bits a, Bits b, std::uint64_t before, unsigned halves) {
  return plus(before, half(a, (halves & 2) != 0) * half(b, (halves & 1) != 0));
}
std::uint64_t long_two_sum(Bits a, Bits b, std::uint64_t before, unsigned halves) {
  return plus(before, two(a, b, halves & 1, 1));
}
std::uint64_t long_two_difference(Bits a, Bits b, std::uint64_t before, unsigned halves) {
  return plus(before, two(a, b, halves & 1, -1));
}
/// Both halves are added by themselves.
std::uint64_t long_two_added(Bits a, Bits b, std::uint64_t before, unsigned) {
  return std::uint64_t{a} * b + (before >> 32) + static_cast<Bits>(before);
}

bool decode_long(Instruction& instruction) {
  const Bits kind = instruction.at(4, 4);
  const std::initializer_list<Bits> operands = {instruction.at(12, 4), instruction.at(16, 4),
                                                instruction.at(0, 4), instruction.at(8, 4),
                                                kind & 3};
  const std::initializer_list<Bits> division = {instruction.at(8, 4), instruction.at(16, 4),
                                                instruction.at(0, 4), zero};
  switch (instruction.at(20, 3) << 4 | kind) {
    case 0x00: return instruction.is<compute_long<long_signed, false>>(operands);
    case 0x1F: return instruction.is<compute<signed_quotient>>(division);
    case 0x20: return instruction.is<compute_long<long_unsigned, false>>(operands);
    case 0x3F: return instruction.is<compute<quotient>>(division);
    case 0x40: return instruction.is<compute_long<long_signed, true>>(operands);
    case 0x48:
    case 0x49:
    case 0x4A:
    case 0x4B: return instruction.is<compute_long<long_of_halves, true>>(operands);
    case 0x4C:
    case 0x4D: return instruction.is<compute_long<long_two_sum, true>>(operands);
    case 0x5C:
    case 0x5D: return instruction.is<compute_long<long_two_difference, true>>(operands);
    case 0x60: return instruction.is<compute_long<long_unsigned, true>>(operands);
    case 0x66: return instruction.is<compute_long<long_two_added, true>>(operands);
    default: return false;
  }
}

}  // namespace

bool decode_multiply(Instruction& instruction) {
  return bit(instruction.bits, 23) ? decode_long(instruction) : decode_short(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
