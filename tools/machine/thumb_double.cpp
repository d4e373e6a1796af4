// SPDX-License-Identifier: Apache-2.0
//
// Floats of double precision: moves and conversions.
#include "tools/machine/thumb_float.h"

namespace smelt::tools::machine::thumb_code {
namespace {

using Change = double (*)(double);

template <Change change>
void unary(State& state, const Operation& operation) {
  const auto from = get_number<double>(state, operation, 1);
  set_number<double>(state, operation, 0, {change(from.value), from.known});
}

double magnitude(double x) {
  return std::fabs(x);
}
double negated(double x) {
  return -x;
}
double root(double x) {
  return square_root(x);
}

void round_to_single(State& state, const Operation& operation) {
  const auto from = get_number<double>(state, operation, 1);
  set_number<float>(state, operation, 0, {static_cast<float>(from.value), from.known});
}

template <bool is_signed>
void of_integer(State& state, const Operation& operation) {
  const Value from = get(state, operation, 1);
  const double number =
      is_signed ? static_cast<double>(as_signed(from.bits)) : static_cast<double>(from.bits);
  set_number<double>(state, operation, 0, {number, from.known});
}

template <bool is_signed>
void to_integer(State& state, const Operation& operation) {
  const auto from = get_number<double>(state, operation, 1);
  set(state, operation, 0, {integer_of<is_signed>(std::trunc(from.value)), from.known});
}

/// The immediate is the upper half.
void set_constant(State& state, const Operation& operation) {
  set(state, operation, 0, known(0));
  set(state, operation, 1, known(immediate_of(operation)));
}

/// The upper half of an immediate of eight bits: sign, exponent, four bits of the fraction.
Bits expanded(Bits byte) {
  const Bits exponent = bit(byte, 6) ? 0xFF : 0x100;
  return (byte & 0x80) << 24 | exponent << 22 | (byte & 0x3f) << 16;
}

/// What is not computed: the result of newer encodings and of conversions that round otherwise.
bool is_unknown(Instruction& instruction) {
  return instruction.has(0x00BC0040, 0x00BC0040)
             ? instruction.is<forget_ranges>({single(instruction, 12, 22), 1})
             : instruction.is<forget_ranges>({pair(instruction, 12), 2});
}

bool decode_unary(Instruction& instruction) {
  const Bits to = pair(instruction, 12), from = pair(instruction, 0);
  const Bits single_to = single(instruction, 12, 22), single_from = single(instruction, 0, 5);
  if (!bit(instruction.bits, 6))
    return instruction.is<set_constant>(
        {to, to + 1}, expanded(instruction.at(16, 4) << 4 | instruction.at(0, 4)));
  switch (instruction.at(16, 4) << 1 | instruction.at(7, 1)) {
    case 0x00: return instruction.is<move_two>({to, to + 1, from, from + 1});
    case 0x01: return instruction.is<unary<magnitude>>({to, from});
    case 0x02: return instruction.is<unary<negated>>({to, from});
    case 0x03: return instruction.is<unary<root>>({to, from});
    case 0x08:
    case 0x09: return is_comparison<double>(instruction, to, from);
    case 0x0A:
    case 0x0B: return is_comparison<double>(instruction, to, zero);
    case 0x0F: return instruction.is<round_to_single>({single_to, from});
    case 0x10: return instruction.is<of_integer<false>>({to, single_from});
    case 0x11: return instruction.is<of_integer<true>>({to, single_from});
    case 0x19: return instruction.is<to_integer<false>>({single_to, from});
    case 0x1B: return instruction.is<to_integer<true>>({single_to, from});
    default: return is_unknown(instruction);
  }
}

}  // namespace

bool decode_double(Instruction& instruction) {
  const bool is_newer = bit(instruction.bits, 28);
  if (is_newer && !instruction.has(0x00B00000, 0x00800000)) return is_unknown(instruction);
  const bool is_unary = !is_newer && instruction.has(0x00B00000, 0x00B00000);
  return is_unary ? decode_unary(instruction) : decode_float_sum(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
