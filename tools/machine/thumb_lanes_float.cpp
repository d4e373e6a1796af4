// SPDX-License-Identifier: Apache-2.0
//
// Helium: lanes that are floats of single precision. Those of half precision become unknown.
#include "tools/machine/thumb_lanes_float.h"

namespace smelt::tools::machine::thumb_code {
namespace {

template <float (*formula)(float a, float b)>
Lane of_two(const Terms& x) {
  return lane_of_float(formula(float_of_lane(x.a), float_of_lane(x.b)));
}
float add(float a, float b) {
  return a + b;
}
float subtract(float a, float b) {
  return a - b;
}
float distance(float a, float b) {
  return std::fabs(a - b);
}
float multiply(float a, float b) {
  return a * b;
}

Lane fused(Lane a, Lane b, Lane sum) {
  return lane_of_float(std::fma(float_of_lane(a), float_of_lane(b), float_of_lane(sum)));
}
Lane fused_add(const Terms& x) {
  return fused(x.a, x.b, x.before);
}
Lane fused_subtract(const Terms& x) {
  return fused(x.a ^ Lane{0x80000000}, x.b, x.before);
}
Lane fused_add_other(const Terms& x) {
  return fused(x.a, x.before, x.b);
}

Lane greater_magnitude(const Terms& x) {
  return lane_of_float(
      greater_number(std::fabs(float_of_lane(x.before)), std::fabs(float_of_lane(x.a))));
}
Lane lesser_magnitude(const Terms& x) {
  return lane_of_float(
      lesser_number(std::fabs(float_of_lane(x.before)), std::fabs(float_of_lane(x.a))));
}

/// Halves.
bool is_unknown(Instruction& instruction) {
  return instruction.is<forget_ranges>({first_single(instruction), 4});
}

}  // namespace

bool decode_float_lanes(Instruction& instruction) {
  if (bit(instruction.bits, 20)) return is_unknown(instruction);
  const Operands operands = {first_single(instruction), vector_at(instruction, 17),
                             vector_at(instruction, 1), vector_of, lanes(2, false)};
  const Bits code = instruction.at(8, 4) << 1 | instruction.at(4, 1);
  switch (code << 2 | instruction.at(28, 1) << 1 | instruction.at(21, 1)) {
    case 0x19 << 2 | 0: return instruction.is<each_lane<fused_add, true>>(operands);
    case 0x19 << 2 | 1: return instruction.is<each_lane<fused_subtract, true>>(operands);
    case 0x1A << 2 | 0: return instruction.is<each_lane<of_two<add>>>(operands);
    case 0x1A << 2 | 1: return instruction.is<each_lane<of_two<subtract>>>(operands);
    case 0x1A << 2 | 3: return instruction.is<each_lane<of_two<distance>>>(operands);
    case 0x1B << 2 | 2: return instruction.is<each_lane<of_two<multiply>>>(operands);
    case 0x1F << 2 | 2: return instruction.is<each_lane<of_two<greater_number>>>(operands);
    case 0x1F << 2 | 3: return instruction.is<each_lane<of_two<lesser_number>>>(operands);
    default: return false;
  }
}

bool decode_float_of_register(Instruction& instruction) {
  const Bits to = first_single(instruction), a = vector_at(instruction, 17),
             from = vector_at(instruction, 1), number = instruction.at(0, 4);
  const bool magnitudes = instruction.has(0xEFBF0FD1, 0xEE3F0E81);
  const Bits code = instruction.bits & 0x00811F70;
  const bool is_float = magnitudes || code == 0x00000F40 || code == 0x00001F40 ||
                        code == 0x00010E60 || code == 0x00010E40 || code == 0x00011E40;
  if (!is_float) return false;
  if (bit(instruction.bits, 28)) return is_unknown(instruction);
  if (magnitudes)
    return bit(instruction.bits, 12) ? instruction.is<each_lane<lesser_magnitude, true>>(
                                           {to, from, from, vector_of, lanes(2, false)})
                                     : instruction.is<each_lane<greater_magnitude, true>>(
                                           {to, from, from, vector_of, lanes(2, false)});
  const Operands operands = {to, a, number, register_of, lanes(2, false)};
  switch (code) {
    case 0x00000F40: return instruction.is<each_lane<of_two<add>>>(operands);
    case 0x00001F40: return instruction.is<each_lane<of_two<subtract>>>(operands);
    case 0x00010E60: return instruction.is<each_lane<of_two<multiply>>>(operands);
    case 0x00010E40: return instruction.is<each_lane<fused_add, true>>(operands);
    default: return instruction.is<each_lane<fused_add_other, true>>(operands);
  }
}

namespace {

Lane magnitude(const Terms& x) {
  return x.a & 0x7fffffff;
}
Lane negated(const Terms& x) {
  return x.a ^ Lane { 0x80000000 };
}
template <float (*round)(float)>
Lane rounded(const Terms& x) {
  return lane_of_float(round(float_of_lane(x.a)));
}
/// Terms::b: bits behind the point.
Lane of_integer(const Terms& x) {
  return lane_of_float(
      static_cast<float>(std::ldexp(static_cast<double>(x.a), -static_cast<int>(x.b))));
}
template <float (*round)(float)>
Lane to_integer(const Terms& x) {
  const float number = float_of_lane(x.a);
  return x.is_signed ? integer_of<true>(round(number)) : integer_of<false>(round(number));
}
/// Terms::a is no number of its own sign: Terms::is_signed says what the result is.
Lane to_fixed(const Terms& x) {
  const double scaled = std::ldexp(static_cast<double>(float_of_lane(x.a)), static_cast<int>(x.b));
  return x.is_signed ? integer_of<true>(scaled) : integer_of<false>(scaled);
}

bool decode_fixed_lanes(Instruction& instruction) {
  const Bits code = instruction.at(8, 4), fraction = 64 - instruction.at(16, 6);
  if (code < 14) return code >= 12 && is_unknown(instruction);
  const Operands operands = {first_single(instruction), vector_at(instruction, 1), 0,
                             immediate_of_all, lanes(2, is_signed_of(instruction))};
  return code == 14 ? instruction.is<each_lane<of_integer>>(operands, fraction)
                    : instruction.is<each_lane<to_fixed>>(operands, fraction);
}

bool decode_rounding(Instruction& instruction, Bits mode, Operands operands) {
  switch (mode) {
    case 0:
    case 1: return instruction.is<each_lane<rounded<to_even>>>(operands);
    case 2: return instruction.is<each_lane<rounded<from_zero>>>(operands);
    case 3: return instruction.is<each_lane<rounded<towards_zero>>>(operands);
    case 5: return instruction.is<each_lane<rounded<down>>>(operands);
    case 7: return instruction.is<each_lane<rounded<up>>>(operands);
    default: return false;
  }
}

bool decode_conversion(Instruction& instruction, Bits code) {
  const Bits from = vector_at(instruction, 1);
  const Operands operands = {first_single(instruction), from, 0, immediate_of_all,
                             lanes(2, (code & 1) == 0)};
  switch (code >> 1) {
    case 0: return instruction.is<each_lane<to_integer<from_zero>>>(operands);
    case 1: return instruction.is<each_lane<to_integer<to_even>>>(operands);
    case 2: return instruction.is<each_lane<to_integer<up>>>(operands);
    case 3: return instruction.is<each_lane<to_integer<down>>>(operands);
    case 6: return instruction.is<each_lane<of_integer>>(operands);
    case 7: return instruction.is<each_lane<to_integer<towards_zero>>>(operands);
    default: return false;
  }
}

}  // namespace

bool decode_float_lane(Instruction& instruction) {
  if (bit(instruction.bits, 4)) return decode_fixed_lanes(instruction);
  if (instruction.at(18, 2) == 1) return is_unknown(instruction);
  if (instruction.at(18, 2) != 2) return false;
  const Bits from = vector_at(instruction, 1), code = instruction.at(7, 5);
  const Operands operands = {first_single(instruction), from, from, vector_of, lanes(2, false)};
  switch (instruction.at(16, 2)) {
    case 1:
      if (code == 14) return instruction.is<each_lane<magnitude>>(operands);
      return code == 15 && instruction.is<each_lane<negated>>(operands);
    case 2: return code >> 3 == 1 && decode_rounding(instruction, code & 7, operands);
    case 3: return decode_conversion(instruction, code);
    default: return false;
  }
}

}  // namespace smelt::tools::machine::thumb_code
