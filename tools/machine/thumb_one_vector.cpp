// SPDX-License-Identifier: Apache-2.0
//
// Helium: lanes of one vector, shifts by an immediate, and constants.
#include <cstdlib>

#include "tools/machine/thumb_lane_formulas.h"

namespace smelt::tools::machine::thumb_code {
namespace {

Lane shift_to_unsigned(const Terms& x) {
  return saturated(x.a << x.b, x.width, false);
}
Lane insert_right(const Terms& x) {
  const Lane all = (Lane{1} << x.width) - 1, mask = all >> x.b;
  return (x.before & ~mask) | (x.a & all) >> x.b;
}
Lane insert_left(const Terms& x) {
  const Lane mask = (Lane{1} << x.b) - 1;
  return (x.before & mask) | x.a << x.b;
}

/// A shift by an immediate, whose highest bit says how wide the lanes are.
bool decode_shift(Instruction& instruction) {
  const Bits code = instruction.at(16, 6), to = first_single(instruction),
             a = vector_at(instruction, 1);
  const Bits size = code >= 32 ? 2 : code >= 16 ? 1 : 0, width = 8u << size;
  const bool is_signed = is_signed_of(instruction);
  const Operands operands = {to, a, 0, immediate_of_all, lanes(size, is_signed)},
                 as_signed = {to, a, 0, immediate_of_all, lanes(size, true)};
  const Bits left = code - width, right = 2 * width - code;
  switch (instruction.at(8, 4)) {
    case 0: return instruction.is<each_lane<shift<false>>>(operands, 0 - right);
    case 2: return instruction.is<each_lane<shift<true>>>(operands, 0 - right);
    case 4: return !is_signed && instruction.is<each_lane<insert_right, true>>(operands, right);
    case 5:
      return is_signed ? instruction.is<each_lane<shift<false>>>(operands, left)
                       : instruction.is<each_lane<insert_left, true>>(operands, left);
    case 6: return !is_signed && instruction.is<each_lane<shift_to_unsigned>>(as_signed, left);
    case 7: return instruction.is<each_lane<shift_saturated<false>>>(operands, left);
    default: return decode_float_lane(instruction);
  }
}

void set_all(State& state, const Operation& operation) {
  set_vector(state, operation, repeated(known(immediate_of(operation)), 32));
}
/// The immediate has a bit for each byte of 64 bits.
void set_bytes(State& state, const Operation& operation) {
  const Bits low = bytes_of(immediate_of(operation)), high = bytes_of(immediate_of(operation) >> 4);
  set_vector(state, operation, {{low, high, low, high}, true});
}

/// What a byte of an encoding stands for in 32 bits.
Bits expanded(Bits byte, Bits mode) {
  if (mode < 8) return byte << 4 * (mode & 6);
  if (mode < 12) return (byte << 4 * (mode & 2)) * 0x00010001;
  switch (mode) {
    case 12: return byte << 8 | 0xff;
    case 13: return byte << 16 | 0xffff;
    case 14: return byte * 0x01010101;
    default:
      return (byte & 0x80) << 24 | (bit(byte, 6) ? Bits{0x1F} : Bits{0x20}) << 25 |
             (byte & 0x3f) << 19;
  }
}

bool decode_constant(Instruction& instruction) {
  const Bits mode = instruction.at(8, 4), to = first_single(instruction),
             byte = instruction.at(28, 1) << 7 | instruction.at(16, 3) << 4 | instruction.at(0, 4);
  const bool inverts = bit(instruction.bits, 5);
  if (mode == 14 && inverts) return instruction.is<set_bytes>({to}, byte);
  const Bits value = expanded(byte, mode);
  const Operands operands = {to, to, 0, immediate_of_all, 32};
  if (mode < 12 && mode % 2 != 0)
    return inverts ? instruction.is<each_lane<bit_clear>>(operands, value)
                   : instruction.is<each_lane<bit_or>>(operands, value);
  return instruction.is<set_all>({to}, inverts ? ~value : value);
}

Lane magnitude(const Terms& x) {
  return std::abs(x.a);
}
Lane negated(const Terms& x) {
  return -x.a;
}
Lane magnitude_saturated(const Terms& x) {
  return saturated(std::abs(x.a), x.width, true);
}
Lane negated_saturated(const Terms& x) {
  return saturated(-x.a, x.width, true);
}
Lane inverted(const Terms& x) {
  return ~x.a;
}
Lane leading_zeros(const Terms& x) {
  Lane count = 0;
  for (Lane bits = x.a & ((Lane{1} << x.width) - 1); count < x.width; ++count)
    if ((bits >> (x.width - 1 - static_cast<unsigned>(count)) & 1) != 0) break;
  return count;
}
Lane leading_signs(const Terms& x) {
  const Lane bits = x.a < 0 ? ~x.a : x.a;
  return leading_zeros({bits, 0, 0, x.width, true}) - 1;
}

/// Exchanges lanes: operand 2 is by which bits of their numbers.
void reverse_lanes(State& state, const Operation& operation) {
  const unsigned width = width_of(operation.operands[4]);
  const Vector from = get_vector(state, operation.operands[1]);
  Vector result = {{}, from.known};
  for (unsigned i = 0; i < 128 / width; ++i)
    put_lane(result, width, i, lane_of(from, width, i ^ operation.operands[2]));
  set_vector(state, operation, result);
}

bool decode_unary(Instruction& instruction) {
  const Bits size = instruction.at(18, 2), to = first_single(instruction),
             from = vector_at(instruction, 1);
  const Bits code = instruction.at(16, 2) << 5 | instruction.at(7, 5);
  if (size == 3 || bit(code, 6)) return decode_float_lane(instruction);
  const Operands operands = {to, from, from, vector_of, lanes(size, true)};
  switch (code) {
    case 0x00:
    case 0x01:
    case 0x02: {
      const Bits bytes = 8u >> (code & 3);  // in which lanes are reversed
      if (bytes >> size < 2) return false;
      return instruction.is<reverse_lanes>({to, from, (bytes >> size) - 1, 0, lanes(size, true)});
    }
    case 0x08: return instruction.is<each_lane<leading_signs>>(operands);
    case 0x09: return instruction.is<each_lane<leading_zeros>>(operands);
    case 0x0B: return instruction.is<each_lane<inverted>>(operands);
    case 0x0E: return instruction.is<each_lane<magnitude_saturated>>(operands);
    case 0x0F: return instruction.is<each_lane<negated_saturated>>(operands);
    case 0x26: return instruction.is<each_lane<magnitude>>(operands);
    case 0x27: return instruction.is<each_lane<negated>>(operands);
    default: return decode_float_lane(instruction);
  }
}

}  // namespace

bool decode_one_vector(Instruction& instruction) {
  if (!bit(instruction.bits, 4))
    return instruction.has(0xFFB00000, 0xFFB00000) && decode_unary(instruction);
  return instruction.at(19, 3) == 0 ? decode_constant(instruction) : decode_shift(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
