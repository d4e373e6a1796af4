// SPDX-License-Identifier: Apache-2.0
//
// Helium: lanes that become wider or narrower, and vectors that are summed up.
#include "tools/machine/thumb_vector.h"

namespace smelt::tools::machine::thumb_code {
namespace {

// Lanes that become twice as wide, or half as wide: operand 4 is 1 for the odd ones.
template <unsigned width, bool is_signed>
void widen(State& state, const Operation& operation) {
  const Vector from = get_vector(state, operation.operands[1]);
  Vector result = {{}, from.known};
  for (unsigned i = 0; i < 64 / width; ++i) {
    const unsigned at = 2 * i + operation.operands[4];
    put_lane(
        result, 2 * width, i,
        is_signed ? static_cast<Bits>(signed_lane_of(from, width, at)) : lane_of(from, width, at));
  }
  set_vector(state, operation, result);
}

template <unsigned width, bool is_signed>
void multiply_wide(State& state, const Operation& operation) {
  const Vector a = get_vector(state, operation.operands[1]),
               b = get_vector(state, operation.operands[2]);
  Vector result = {{}, a.known && b.known};
  for (unsigned i = 0; i < 64 / width; ++i) {
    const unsigned at = 2 * i + operation.operands[4];
    put_lane(result, 2 * width, i,
             is_signed
                 ? static_cast<Bits>(signed_lane_of(a, width, at) * signed_lane_of(b, width, at))
                 : lane_of(a, width, at) * lane_of(b, width, at));
  }
  set_vector(state, operation, result);
}

/// `width`: of the result's lanes; the others of its lanes stay.
template <unsigned width>
void narrow(State& state, const Operation& operation) {
  const Vector from = get_vector(state, operation.operands[1]),
               before = get_vector(state, operation.operands[0]);
  Vector result = {{}, from.known && before.known};
  for (unsigned i = 0; i < 128 / width; ++i) {
    const bool other = i % 2 != operation.operands[4];
    put_lane(result, width, i,
             other ? lane_of(before, width, i)
                   : static_cast<Bits>(saturated<width>(signed_lane_of(from, 2 * width, i / 2))));
  }
  set_vector(state, operation, result);
}

template <template <unsigned, bool> class Change>
bool is_change(Instruction& instruction, bool wide, Operands operands) {
  const bool is_signed = !bit(instruction.bits, 28);
  if (wide)
    return is_signed ? instruction.is<Change<16, true>::execute>(operands)
                     : instruction.is<Change<16, false>::execute>(operands);
  return is_signed ? instruction.is<Change<8, true>::execute>(operands)
                   : instruction.is<Change<8, false>::execute>(operands);
}
template <unsigned width, bool is_signed>
struct Widen {
  static constexpr Operation::Execute execute = widen<width, is_signed>;
};
template <unsigned width, bool is_signed>
struct MultiplyWide {
  static constexpr Operation::Execute execute = multiply_wide<width, is_signed>;
};

/// The sum of products, or of lanes: operands 0 to 2 are the register and the vectors, operand 3 is
/// 1 if the register is added.
template <unsigned width, bool is_signed, bool products>
void sum_up(State& state, const Operation& operation) {
  const Vector a = get_vector(state, operation.operands[1]),
               b = get_vector(state, operation.operands[2]);
  const Value active = active_bytes(state, operation);
  const Value before = operation.operands[3] != 0 ? get(state, operation, 0) : known(0);
  Bits sum = before.bits;
  for (unsigned i = 0; i < 128 / width; ++i) {
    if (!bit(active.bits, i * width / 8)) continue;
    const auto lane = [&](const Vector& vector) {
      return is_signed ? static_cast<Bits>(signed_lane_of(vector, width, i))
                       : lane_of(vector, width, i);
    };
    sum += products ? lane(a) * lane(b) : lane(a);
  }
  set(state, operation, 0,
      {sum, before.known && active.known && a.known && (!products || b.known)});
}

template <bool products>
bool is_sum(Instruction& instruction, Bits size, Operands operands) {
  const bool is_signed = !bit(instruction.bits, 28);
  switch (size << 1 | (is_signed ? 1u : 0u)) {
    case 0: return instruction.is<sum_up<8, false, products>>(operands);
    case 1: return instruction.is<sum_up<8, true, products>>(operands);
    case 2: return instruction.is<sum_up<16, false, products>>(operands);
    case 3: return instruction.is<sum_up<16, true, products>>(operands);
    case 4: return instruction.is<sum_up<32, false, products>>(operands);
    case 5: return instruction.is<sum_up<32, true, products>>(operands);
    default: return false;
  }
}

}  // namespace

bool decode_change_of_width(Instruction& instruction) {
  const Bits to = first_single(instruction), first = singles + 4 * instruction.at(17, 3),
             from = singles + 4 * instruction.at(1, 3), odd = instruction.at(12, 1);
  if (instruction.has(0xEFE70FD1, 0xEEA00F40) && instruction.at(19, 2) != 0)
    return is_change<Widen>(instruction, bit(instruction.bits, 20), {to, from, 0, 0, odd});
  if (instruction.has(0xEF810FD1, 0xEE010E00) && instruction.at(20, 2) < 2)
    return is_change<MultiplyWide>(instruction, bit(instruction.bits, 20),
                                   {to, first, from, 0, odd});
  if (!instruction.has(0xFFF30FD1, 0xEE330E01)) return false;
  return bit(instruction.bits, 18) ? instruction.is<narrow<16>>({to, from, 0, 0, odd})
                                   : instruction.is<narrow<8>>({to, from, 0, 0, odd});
}

bool decode_vector_sum(Instruction& instruction) {
  const Bits to = instruction.at(13, 3) << 1, a = singles + 4 * instruction.at(17, 3),
             b = singles + 4 * instruction.at(1, 3), added = instruction.at(5, 1);
  if (instruction.has(0xEFF31FD1, 0xEEF10F00))
    return is_sum<false>(instruction, instruction.at(18, 2), {to, b, b, added});
  if (!instruction.has(0xEFF01ED1, 0xEEF00E00)) return false;
  const Bits size = bit(instruction.bits, 8) ? 0 : bit(instruction.bits, 16) ? 2 : 1;
  return is_sum<true>(instruction, size, {to, a, b, added});
}

}  // namespace smelt::tools::machine::thumb_code
