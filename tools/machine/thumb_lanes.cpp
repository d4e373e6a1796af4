// SPDX-License-Identifier: Apache-2.0
//
// Helium: lanes of two vectors, or of a vector and a general register.
#include <algorithm>
#include <cstdlib>

#include "tools/machine/thumb_lane_formulas.h"

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
  const auto a = static_cast<std::uint64_t>(x.a), b = static_cast<std::uint64_t>(x.b);
  return static_cast<Lane>((a * b + static_cast<std::uint64_t>(rounding)) >> x.width);
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

}  // namespace smelt::tools::machine::thumb_code
