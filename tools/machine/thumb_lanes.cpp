// SPDX-License-Identifier: Apache-2.0
//
// Helium: what kernels compute with vectors, exactly.
#include <algorithm>
#include <bit>

#include "tools/machine/thumb_vector.h"

namespace smelt::tools::machine::thumb_code {

Vector get_vector(const State& state, std::uint8_t first) {
  Vector vector;
  for (unsigned i = 0; i < 4; ++i) {
    vector.words[i] = state.registers[first + i].bits;
    vector.known = vector.known && state.registers[first + i].known;
  }
  return vector;
}

Vector repeated(Value value, unsigned width) {
  Vector vector = {{}, value.known};
  for (unsigned i = 0; i < 128 / width; ++i) put_lane(vector, width, i, value.bits);
  return vector;
}

Value active_bytes(const State& state, const Operation& operation) {
  const Bits lanes = get(state, loop_lanes).bits;
  const Value left = get(state, lr);
  Value mask = known(0xffff);
  if (lanes != 0 && !left.known) mask = left;
  if (lanes != 0 && left.known && left.bits < lanes)
    mask.bits = (Bits{1} << (16 / lanes * left.bits)) - 1;
  if (operation.operands[5] == 0) return mask;
  const Value chosen = get(state, predicate);
  return {mask.bits & chosen.bits, mask.known && chosen.known};
}

Bits bytes_of(Bits mask) {
  return ((mask & 1) | (mask & 2) << 7 | (mask & 4) << 14 | (mask & 8) << 21) * 0xff;
}

void set_vector(State& state, const Operation& operation, const Vector& vector) {
  const Value active = active_bytes(state, operation);
  for (unsigned i = 0; i < 4; ++i) {
    Value& word = state.registers[operation.operands[0] + i];
    const Bits mask = bytes_of(active.bits >> 4 * i);
    const bool all = mask == ~Bits{0}, none = mask == 0;
    word = {(word.bits & ~mask) | (vector.words[i] & mask),
            active.known && (all || word.known) && (none || vector.known)};
  }
}

namespace {

// Operand 1 is the first vector. Operand 2 is the second, or a general register that stands for all
// its lanes, or the immediate does, as operand 3 says.
enum Other : std::uint8_t { vector_of, register_of, immediate_of_all };

using Formula = Lane (*)(Lane a, Lane b);

Vector second(const State& state, const Operation& operation, unsigned width) {
  switch (operation.operands[3]) {
    case vector_of: return get_vector(state, operation.operands[2]);
    case register_of: return repeated(get(state, operation, 2), width);
    default: return repeated(known(immediate_of(operation)), width);
  }
}

template <unsigned width, bool is_signed, Formula formula>
void each_lane(State& state, const Operation& operation) {
  const Vector a = get_vector(state, operation.operands[1]), b = second(state, operation, width);
  Vector result = {{}, a.known && b.known};
  const auto lane = [](const Vector& vector, unsigned i) {
    return is_signed ? signed_lane_of(vector, width, i) : Lane{lane_of(vector, width, i)};
  };
  for (unsigned i = 0; i < 128 / width; ++i)
    put_lane(result, width, i, static_cast<Bits>(formula(lane(a, i), lane(b, i))));
  set_vector(state, operation, result);
}

template <Formula formula, bool is_signed = true>
bool is_lanes(Instruction& instruction, Bits size, Operands operands, Bits immediate = 0) {
  switch (size) {
    case 0: return instruction.is<each_lane<8, is_signed, formula>>(operands, immediate);
    case 1: return instruction.is<each_lane<16, is_signed, formula>>(operands, immediate);
    case 2: return instruction.is<each_lane<32, is_signed, formula>>(operands, immediate);
    default: return false;
  }
}

template <Formula formula>
bool is_lanes_of_sign(Instruction& instruction, Bits size, Operands operands) {
  return bit(instruction.bits, 28) ? is_lanes<formula, false>(instruction, size, operands)
                                   : is_lanes<formula, true>(instruction, size, operands);
}

Lane add(Lane a, Lane b) {
  return a + b;
}
Lane subtract(Lane a, Lane b) {
  return a - b;
}
Lane multiply(Lane a, Lane b) {
  return static_cast<Lane>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
Lane lesser(Lane a, Lane b) {
  return std::min(a, b);
}
Lane greater(Lane a, Lane b) {
  return std::max(a, b);
}
Lane bit_and(Lane a, Lane b) {
  return a & b;
}
Lane bit_clear(Lane a, Lane b) {
  return a & ~b;
}
Lane bit_or(Lane a, Lane b) {
  return a | b;
}
Lane exclusive_or(Lane a, Lane b) {
  return a ^ b;
}
template <unsigned width>
Lane add_saturated(Lane a, Lane b) {
  return saturated<width>(a + b);
}
/// The upper half of the double of a product.
template <unsigned width, bool rounds>
Lane multiply_high(Lane a, Lane b) {
  const Lane rounding = rounds ? Lane{1} << (width - 2) : 0;
  return saturated<width>((a * b + rounding) >> (width - 1));
}
/// To the left by the lowest byte of b, to the right if that is negative.
template <bool rounds>
Lane shift(Lane a, Lane b) {
  const Lane by = static_cast<std::int8_t>(b);
  if (by >= 0) return by > 32 ? 0 : a << by;
  const Lane right = std::min<Lane>(-by, 40);
  return (a + (rounds ? Lane{1} << (right - 1) : 0)) >> right;
}

template <float (*formula)(float, float)>
Lane of_floats(Lane a, Lane b) {
  const float result = formula(std::bit_cast<float>(static_cast<Bits>(a)),
                               std::bit_cast<float>(static_cast<Bits>(b)));
  return std::bit_cast<Bits>(result);
}
float add_floats(float a, float b) {
  return a + b;
}
float subtract_floats(float a, float b) {
  return a - b;
}
float multiply_floats(float a, float b) {
  return a * b;
}

template <unsigned width, bool rounds>
bool is_multiply_high(Instruction& instruction, Operands operands) {
  return instruction.is<each_lane<width, true, multiply_high<width, rounds>>>(operands);
}
bool decode_multiply_high(Instruction& instruction, Bits size, Operands operands) {
  const bool rounds = bit(instruction.bits, 28);
  if (size == 0)
    return rounds ? is_multiply_high<8, true>(instruction, operands)
                  : is_multiply_high<8, false>(instruction, operands);
  if (size == 1)
    return rounds ? is_multiply_high<16, true>(instruction, operands)
                  : is_multiply_high<16, false>(instruction, operands);
  return rounds ? is_multiply_high<32, true>(instruction, operands)
                : is_multiply_high<32, false>(instruction, operands);
}

bool decode_add_saturated(Instruction& instruction, Bits size, Operands operands) {
  if (bit(instruction.bits, 28)) return false;
  switch (size) {
    case 0: return instruction.is<each_lane<8, true, add_saturated<8>>>(operands);
    case 1: return instruction.is<each_lane<16, true, add_saturated<16>>>(operands);
    case 2: return instruction.is<each_lane<32, true, add_saturated<32>>>(operands);
    default: return false;
  }
}

bool decode_logical(Instruction& instruction, Bits code, Operands operands) {
  if (bit(instruction.bits, 28))
    return code == 0 && instruction.is<each_lane<32, true, exclusive_or>>(operands);
  switch (code) {
    case 0: return instruction.is<each_lane<32, true, bit_and>>(operands);
    case 1: return instruction.is<each_lane<32, true, bit_clear>>(operands);
    case 2: return instruction.is<each_lane<32, true, bit_or>>(operands);
    default: return false;
  }
}

bool decode_floats(Instruction& instruction, Operands operands) {
  const bool plain = !bit(instruction.bits, 28), upper = bit(instruction.bits, 4);
  switch (instruction.at(20, 2)) {
    case 0:
      if (plain && !upper)
        return instruction.is<each_lane<32, false, of_floats<add_floats>>>(operands);
      return !plain && upper &&
             instruction.is<each_lane<32, false, of_floats<multiply_floats>>>(operands);
    case 2:
      return plain && !upper &&
             instruction.is<each_lane<32, false, of_floats<subtract_floats>>>(operands);
    default: return false;
  }
}

/// Two vectors. `code`: what the encodings have in bits 8 to 11, and bit 4 below.
bool decode_two_vectors(Instruction& instruction) {
  const Bits size = instruction.at(20, 2), to = first_single(instruction),
             a = singles + 4 * instruction.at(17, 3), b = singles + 4 * instruction.at(1, 3);
  const bool is_signed = !bit(instruction.bits, 28);
  switch (instruction.at(8, 4) << 1 | instruction.at(4, 1)) {
    case 0x01: return decode_add_saturated(instruction, size, {to, a, b});
    case 0x03: return decode_logical(instruction, size, {to, a, b});
    case 0x08: return is_signed && is_lanes<shift<false>>(instruction, size, {to, b, a});
    case 0x0A: return is_signed && is_lanes<shift<true>>(instruction, size, {to, b, a});
    case 0x0C: return is_lanes_of_sign<greater>(instruction, size, {to, a, b});
    case 0x0D: return is_lanes_of_sign<lesser>(instruction, size, {to, a, b});
    case 0x10:
      return is_signed ? is_lanes<add>(instruction, size, {to, a, b})
                       : is_lanes<subtract>(instruction, size, {to, a, b});
    case 0x13: return is_signed && is_lanes<multiply>(instruction, size, {to, a, b});
    case 0x16: return size < 3 && decode_multiply_high(instruction, size, {to, a, b});
    case 0x1A:
    case 0x1B: return decode_floats(instruction, {to, a, b});
    default: return false;
  }
}

/// A shift by an immediate, whose highest bit says how wide the lanes are.
bool decode_shift(Instruction& instruction) {
  const Bits code = instruction.at(16, 6), to = first_single(instruction),
             a = singles + 4 * instruction.at(1, 3);
  const Bits size = code >= 32 ? 2 : code >= 16 ? 1 : 0, width = 8u << size;
  const Operands operands = {to, a, 0, immediate_of_all};
  const Bits right = code - 2 * width;  // negative
  const bool is_signed = !bit(instruction.bits, 28);
  switch (instruction.at(8, 4)) {
    case 0:
      return is_signed ? is_lanes<shift<false>>(instruction, size, operands, right)
                       : is_lanes<shift<false>, false>(instruction, size, operands, right);
    case 2: return is_signed && is_lanes<shift<true>>(instruction, size, operands, right);
    case 5: return is_signed && is_lanes<shift<false>>(instruction, size, operands, code - width);
    default: return false;
  }
}

void set_all(State& state, const Operation& operation) {
  set_vector(state, operation, repeated(known(immediate_of(operation)), 32));
}

bool decode_constant(Instruction& instruction) {
  const Bits mode = instruction.at(8, 4),
             byte = instruction.at(28, 1) << 7 | instruction.at(16, 3) << 4 | instruction.at(0, 4);
  const Bits to = first_single(instruction);
  if (bit(instruction.bits, 5)) return false;
  if (mode == 14) return instruction.is<set_all>({to}, byte * 0x01010101);
  if (mode < 8 && mode % 2 == 0) return instruction.is<set_all>({to}, byte << 4 * mode);
  if (mode == 8 || mode == 10)
    return instruction.is<set_all>({to}, (byte << 4 * (mode - 8)) * 0x00010001);
  return false;
}

/// A vector and a general register, or two vectors of which the result has the lanes of one.
bool decode_with_register(Instruction& instruction) {
  const Bits size = instruction.at(20, 2), to = first_single(instruction);
  const Operands operands = {to, singles + 4 * instruction.at(17, 3), instruction.at(0, 4),
                             register_of};
  const bool upper = bit(instruction.bits, 12), is_signed = !bit(instruction.bits, 28);
  if (instruction.has(0xFFF11FF0, 0xEE311E60)) {
    const Operands shifts = {to, to, instruction.at(0, 4), register_of};  // of the vector itself
    const Bits lanes = instruction.at(18, 2);
    return bit(instruction.bits, 17) ? is_lanes<shift<true>>(instruction, lanes, shifts)
                                     : is_lanes<shift<false>>(instruction, lanes, shifts);
  }
  if (size == 3) return false;
  switch (instruction.bits & 0x00810F70) {
    case 0x00010F40:
      if (!is_signed) return false;
      return upper ? is_lanes<subtract>(instruction, size, operands)
                   : is_lanes<add>(instruction, size, operands);
    case 0x00000F60: return !upper && decode_add_saturated(instruction, size, operands);
    case 0x00010E60:
      if (upper) return is_signed && is_lanes<multiply>(instruction, size, operands);
      return decode_multiply_high(instruction, size, operands);
    default: return false;
  }
}

bool decode_immediate_of_lanes(Instruction& instruction) {
  return instruction.at(19, 3) == 0 ? decode_constant(instruction) : decode_shift(instruction);
}

}  // namespace

bool decode_lanes(Instruction& instruction) {
  if (bit(instruction.bits, 24)) {
    if (!bit(instruction.bits, 6)) return false;
    if (!bit(instruction.bits, 23)) return decode_two_vectors(instruction);
    return bit(instruction.bits, 4) && decode_immediate_of_lanes(instruction);
  }
  return decode_vector_sum(instruction) || decode_change_of_width(instruction) ||
         decode_with_register(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
