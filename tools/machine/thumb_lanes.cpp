// SPDX-License-Identifier: Apache-2.0
//
// Helium: lanes of two vectors, or of a vector and a general register.
#include <algorithm>
#include <cstdlib>

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
  const Bits count = get(state, loop_lanes).bits;
  const Value left = get(state, lr);
  Value mask = known(0xffff);
  if (count != 0 && !left.known) mask = left;
  if (count != 0 && left.known && left.bits < count)
    mask.bits = (Bits{1} << (16 / count * left.bits)) - 1;
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

Lane add(const Terms& x) {
  return x.a + x.b;
}
Lane subtract(const Terms& x) {
  return x.a - x.b;
}
Lane half_of_sum(const Terms& x) {
  return (x.a + x.b) >> 1;
}
Lane half_of_sum_rounded(const Terms& x) {
  return (x.a + x.b + 1) >> 1;
}
Lane half_of_difference(const Terms& x) {
  return (x.a - x.b) >> 1;
}
Lane add_saturated(const Terms& x) {
  return saturated(x.a + x.b, x.width, x.is_signed);
}
Lane subtract_saturated(const Terms& x) {
  return saturated(x.a - x.b, x.width, x.is_signed);
}
Lane product(Lane a, Lane b) {  // its lowest 64 bits
  return static_cast<Lane>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
Lane multiply(const Terms& x) {
  return product(x.a, x.b);
}
Lane lesser(const Terms& x) {
  return std::min(x.a, x.b);
}
Lane greater(const Terms& x) {
  return std::max(x.a, x.b);
}
Lane distance(const Terms& x) {
  return std::abs(x.a - x.b);
}
/// Of the result from before, unsigned, and how far the other is from zero.
Lane greater_magnitude(const Terms& x) {
  return std::max(x.before & ((Lane{1} << x.width) - 1), std::abs(x.a));
}
Lane lesser_magnitude(const Terms& x) {
  return std::min(x.before & ((Lane{1} << x.width) - 1), std::abs(x.a));
}
Lane bit_and(const Terms& x) {
  return x.a & x.b;
}
Lane bit_clear(const Terms& x) {
  return x.a & ~x.b;
}
Lane bit_or(const Terms& x) {
  return x.a | x.b;
}
Lane bit_or_not(const Terms& x) {
  return x.a | ~x.b;
}
Lane exclusive_or(const Terms& x) {
  return x.a ^ x.b;
}
/// The upper half of a product.
template <bool rounds>
Lane upper(const Terms& x) {
  const Lane rounding = rounds ? Lane{1} << (x.width - 1) : 0;
  if (x.is_signed) return (x.a * x.b + rounding) >> x.width;
  return static_cast<Lane>(static_cast<std::uint64_t>(product(x.a, x.b) + rounding) >> x.width);
}
/// The upper half of the double of a product and of a sum.
Lane upper_of_double(Lane a, Lane b, Lane sum, unsigned width, bool rounds) {
  const Lane rounding = rounds ? Lane{1} << (width - 2) : 0;
  return saturated((a * b + (sum << (width - 1)) + rounding) >> (width - 1), width, true);
}
template <bool rounds>
Lane multiply_high(const Terms& x) {
  return upper_of_double(x.a, x.b, 0, x.width, rounds);
}
template <bool rounds>
Lane multiply_high_add(const Terms& x) {
  return upper_of_double(x.a, x.b, x.before, x.width, rounds);
}
template <bool rounds>
Lane multiply_high_add_other(const Terms& x) {
  return upper_of_double(x.a, x.before, x.b, x.width, rounds);
}
Lane multiply_add(const Terms& x) {
  return x.before + product(x.a, x.b);
}
Lane multiply_add_other(const Terms& x) {
  return x.b + product(x.a, x.before);
}
/// The lowest bits, as many as b says, in reverse.
Lane reversed_bits(const Terms& x) {
  const Lane count = std::min<Lane>(x.b & 0xff, x.width);
  Lane result = 0;
  for (Lane i = 0; i < count; ++i) result |= (x.a >> i & 1) << (count - 1 - i);
  return result;
}

/// To the left by the lowest byte of b, to the right if that is negative.
template <bool rounds>
Lane shift(const Terms& x) {
  const Lane by = static_cast<std::int8_t>(x.b);
  if (by >= 0) return by >= x.width ? 0 : x.a << by;
  const Lane right = std::min<Lane>(-by, 40);
  return (x.a + (rounds ? Lane{1} << (right - 1) : 0)) >> right;
}
template <bool rounds>
Lane shift_saturated(const Terms& x) {
  const Lane by = static_cast<std::int8_t>(x.b);
  if (by < 0) return shift<rounds>(x);
  if (by < x.width) return saturated(x.a << by, x.width, x.is_signed);
  constexpr Lane far = Lane{1} << 40;
  return x.a == 0 ? 0 : saturated(x.a < 0 ? -far : far, x.width, x.is_signed);
}
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

bool decode_logical(Instruction& instruction, Bits code, Operands operands) {
  if (!is_signed_of(instruction))
    return code == 0 && instruction.is<each_lane<exclusive_or>>(operands);
  switch (code) {
    case 0: return instruction.is<each_lane<bit_and>>(operands);
    case 1: return instruction.is<each_lane<bit_clear>>(operands);
    case 2: return instruction.is<each_lane<bit_or>>(operands);
    default: return instruction.is<each_lane<bit_or_not>>(operands);
  }
}

}  // namespace

bool decode_two_vectors(Instruction& instruction) {
  const Bits size = instruction.at(20, 2), to = first_single(instruction),
             a = vector_at(instruction, 17), b = vector_at(instruction, 1);
  const bool is_signed = is_signed_of(instruction);
  const Bits code = instruction.at(8, 4) << 1 | instruction.at(4, 1);
  if (code == 0x03) return decode_logical(instruction, size, {to, a, b, vector_of, 32});
  if (code >= 0x18) return decode_float_lanes(instruction);
  if (size == 3) return false;
  const Operands operands = {to, a, b, vector_of, lanes(size, is_signed)},
                 swapped = {to, b, a, vector_of, lanes(size, is_signed)};
  switch (code) {
    case 0x00: return instruction.is<each_lane<half_of_sum>>(operands);
    case 0x01: return instruction.is<each_lane<add_saturated>>(operands);
    case 0x02: return instruction.is<each_lane<half_of_sum_rounded>>(operands);
    case 0x04: return instruction.is<each_lane<half_of_difference>>(operands);
    case 0x05: return instruction.is<each_lane<subtract_saturated>>(operands);
    case 0x08: return instruction.is<each_lane<shift<false>>>(swapped);
    case 0x09: return instruction.is<each_lane<shift_saturated<false>>>(swapped);
    case 0x0A: return instruction.is<each_lane<shift<true>>>(swapped);
    case 0x0B: return instruction.is<each_lane<shift_saturated<true>>>(swapped);
    case 0x0C: return instruction.is<each_lane<greater>>(operands);
    case 0x0D: return instruction.is<each_lane<lesser>>(operands);
    case 0x0E: return instruction.is<each_lane<distance>>(operands);
    case 0x10:
      return is_signed ? instruction.is<each_lane<add>>(operands)
                       : instruction.is<each_lane<subtract>>(operands);
    case 0x13: return is_signed && instruction.is<each_lane<multiply>>(operands);
    case 0x16: {
      const Operands products = {to, a, b, vector_of, lanes(size, true)};
      return is_signed ? instruction.is<each_lane<multiply_high<false>>>(products)
                       : instruction.is<each_lane<multiply_high<true>>>(products);
    }
    default: return false;
  }
}

namespace {

// Of the encodings that the others of a register have too: two vectors.
bool decode_upper(Instruction& instruction) {
  const Operands operands = {first_single(instruction), vector_at(instruction, 17),
                             vector_at(instruction, 1), vector_of,
                             lanes(instruction.at(20, 2), is_signed_of(instruction))};
  return bit(instruction.bits, 12) ? instruction.is<each_lane<upper<true>>>(operands)
                                   : instruction.is<each_lane<upper<false>>>(operands);
}

bool decode_magnitude(Instruction& instruction) {
  const Operands operands = {first_single(instruction), vector_at(instruction, 1),
                             vector_at(instruction, 1), vector_of,
                             lanes(instruction.at(18, 2), true)};
  return bit(instruction.bits, 12) ? instruction.is<each_lane<lesser_magnitude, true>>(operands)
                                   : instruction.is<each_lane<greater_magnitude, true>>(operands);
}

/// Of the vector itself.
bool decode_shift_by_register(Instruction& instruction) {
  const Bits vector = first_single(instruction);
  const Operands operands = {vector, vector, instruction.at(0, 4), register_of,
                             lanes(instruction.at(18, 2), is_signed_of(instruction))};
  switch (instruction.at(7, 1) << 1 | instruction.at(17, 1)) {
    case 0: return instruction.is<each_lane<shift<false>>>(operands);
    case 1: return instruction.is<each_lane<shift<true>>>(operands);
    case 2: return instruction.is<each_lane<shift_saturated<false>>>(operands);
    default: return instruction.is<each_lane<shift_saturated<true>>>(operands);
  }
}

}  // namespace

bool decode_with_register(Instruction& instruction) {
  const Bits size = instruction.at(20, 2);
  const bool is_signed = is_signed_of(instruction);
  if (instruction.has(0xEFF11F70, 0xEE311E60)) return decode_shift_by_register(instruction);
  if (instruction.has(0xFFB30FD1, 0xEE330E81) && size == 3 && instruction.at(18, 2) != 3)
    return decode_magnitude(instruction);
  if (size == 3) return decode_float_of_register(instruction);
  if (instruction.has(0xEF810F51, 0xEE010E01)) return decode_upper(instruction);
  const Operands operands = {first_single(instruction), vector_at(instruction, 17),
                             instruction.at(0, 4), register_of, lanes(size, is_signed)},
                 products = {first_single(instruction), vector_at(instruction, 17),
                             instruction.at(0, 4), register_of, lanes(size, true)};
  switch (instruction.bits & 0x00811F70) {
    case 0x00000F40: return instruction.is<each_lane<half_of_sum>>(operands);
    case 0x00001F40: return instruction.is<each_lane<half_of_difference>>(operands);
    case 0x00000F60: return instruction.is<each_lane<add_saturated>>(operands);
    case 0x00001F60: return instruction.is<each_lane<subtract_saturated>>(operands);
    case 0x00010F40: return is_signed && instruction.is<each_lane<add>>(operands);
    case 0x00011F40: return is_signed && instruction.is<each_lane<subtract>>(operands);
    case 0x00000E40:
      return is_signed && instruction.is<each_lane<multiply_high_add<true>, true>>(products);
    case 0x00000E60:
      return is_signed && instruction.is<each_lane<multiply_high_add<false>, true>>(products);
    case 0x00001E40:
      return is_signed && instruction.is<each_lane<multiply_high_add_other<true>, true>>(products);
    case 0x00001E60:
      return is_signed && instruction.is<each_lane<multiply_high_add_other<false>, true>>(products);
    case 0x00010E40: return is_signed && instruction.is<each_lane<multiply_add, true>>(products);
    case 0x00011E40:
      return is_signed && instruction.is<each_lane<multiply_add_other, true>>(products);
    case 0x00010E60:
      return is_signed ? instruction.is<each_lane<multiply_high<false>>>(products)
                       : instruction.is<each_lane<multiply_high<true>>>(products);
    case 0x00011E60:
      return is_signed ? instruction.is<each_lane<multiply>>(operands)
                       : instruction.is<each_lane<reversed_bits>>(operands);
    default: return false;
  }
}

namespace {

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
