// SPDX-License-Identifier: Apache-2.0
//
// Helium: vectors that become one number in general registers.
#include "tools/machine/thumb_lanes_float.h"

namespace smelt::tools::machine::thumb_code {
namespace {

// Operand 0 is the register, or the lower of two, of which operand 3 is the upper; operands 1 and 2
// are the vectors, operand 4 says what their lanes are. The immediate has these:
enum How : std::uint8_t {
  adds = 1,       // to the registers
  exchanges = 2,  // neighbouring lanes of the first
  subtracts = 4,  // what is of odd lanes
  upper = 8,      // of a sum with 8 bits less
};

using Part = Lane (*)(Lane a, Lane b);

Lane product(Lane a, Lane b) {
  return static_cast<Lane>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
Lane first(Lane a, Lane) {
  return a;
}
Lane distance(Lane a, Lane b) {
  return a > b ? a - b : b - a;
}

template <Part part>
Value sum_of(State& state, const Operation& operation, Value& low, Value& high) {
  const unsigned width = width_of(operation.operands[4]), how = immediate_of(operation);
  const bool is_signed = is_signed_of(operation.operands[4]);
  const Vector a = get_vector(state, operation.operands[1]),
               b = get_vector(state, operation.operands[2]);
  const Value active = active_bytes(state, operation);
  std::uint64_t sum = std::uint64_t{high.bits} << 32 | low.bits;
  for (unsigned i = 0; i < 128 / width; ++i) {
    if (!bit(active.bits, i * width / 8)) continue;
    const unsigned of_first = (how & exchanges) != 0 ? i ^ 1 : i;
    Lane x = part(lane_of(a, width, is_signed, of_first), lane_of(b, width, is_signed, i));
    if ((how & subtracts) != 0 && i % 2 != 0) x = -x;
    if ((how & upper) != 0)
      x = is_signed ? (x >> 8) + (x >> 7 & 1)
                    : static_cast<Lane>((static_cast<std::uint64_t>(x) >> 8) +
                                        (static_cast<std::uint64_t>(x) >> 7 & 1));
    sum += static_cast<std::uint64_t>(x);
  }
  const bool is_known = low.known && high.known && active.known && a.known && b.known;
  low = {static_cast<Bits>(sum), is_known};
  high = {static_cast<Bits>(sum >> 32), is_known};
  return low;
}

template <Part part>
void sum_up(State& state, const Operation& operation) {
  Value low = (operation.immediate & adds) != 0 ? get(state, operation, 0) : known(0);
  Value high = known(0);
  set(state, operation, 0, sum_of<part>(state, operation, low, high));
}

template <Part part>
void sum_up_long(State& state, const Operation& operation) {
  const bool begins = (operation.immediate & adds) == 0;
  Value low = begins ? known(0) : get(state, operation, 0),
        high = begins ? known(0) : get(state, operation, 3);
  sum_of<part>(state, operation, low, high);
  set(state, operation, 0, low);
  set(state, operation, 3, high);
}

Bits added(const Instruction& instruction) {
  return bit(instruction.bits, 5) ? Bits{adds} : 0;
}

bool decode_sum_of_lanes(Instruction& instruction) {
  const Bits low = instruction.at(13, 3) << 1, from = vector_at(instruction, 1);
  const bool is_signed = is_signed_of(instruction);
  if (instruction.has(0xEFF31FD1, 0xEEF10F00))
    return instruction.is<sum_up<first>>(
        {low, from, from, 0, lanes(instruction.at(18, 2), is_signed)}, added(instruction));
  return instruction.has(0xEF8F1FD1, 0xEE890F00) &&
         instruction.is<sum_up_long<first>>(
             {low, from, from, instruction.at(20, 3) << 1 | 1, lanes(2, is_signed)},
             added(instruction));
}

bool decode_distances(Instruction& instruction) {
  return instruction.is<sum_up<distance>>(
      {instruction.at(12, 4), vector_at(instruction, 17), vector_at(instruction, 1), 0,
       lanes(instruction.at(20, 2), is_signed_of(instruction))},
      adds);
}

bool decode_products(Instruction& instruction) {
  const Bits low = instruction.at(13, 3) << 1, high = instruction.at(20, 3) << 1 | 1;
  const bool u = bit(instruction.bits, 28), differs = bit(instruction.bits, 0),
             is_long = high != 15, eight = bit(instruction.bits, 8);
  const Bits how = added(instruction) | (bit(instruction.bits, 12) ? Bits{exchanges} : 0) |
                   (differs ? Bits{subtracts} : 0);
  const Bits wide = bit(instruction.bits, 16) ? 2 : 1;
  const Bits a = vector_at(instruction, 17), b = vector_at(instruction, 1);
  if (!is_long) {
    const Bits size = eight || (differs && u) ? 0 : wide;
    return instruction.is<sum_up<product>>({low, a, b, 0, lanes(size, differs || !u)}, how);
  }
  const bool is_upper = eight || (differs && u);
  return instruction.is<sum_up_long<product>>(
      {low, a, b, high, lanes(is_upper ? 2 : wide, differs || !u)},
      how | (is_upper ? Bits{upper} : 0));
}

// The greatest or the smallest of lanes and of a register, operand 0. Operand 1 is the vector.
using Better = bool (*)(Lane than, Lane x);

bool greater(Lane than, Lane x) {
  return x > than;
}
bool smaller(Lane than, Lane x) {
  return x < than;
}

/// `absolute`: of how far lanes are from zero, and of a register without a sign.
template <Better better, bool absolute>
void choose(State& state, const Operation& operation) {
  const unsigned width = width_of(operation.operands[4]);
  const bool is_signed = is_signed_of(operation.operands[4]);
  const Vector from = get_vector(state, operation.operands[1]);
  const Value active = active_bytes(state, operation), before = get(state, operation, 0);
  Lane chosen = is_signed && !absolute ? Lane{sign_extended(before.bits, width)}
                                       : Lane{field(before.bits, 0, width - 1) |
                                              field(before.bits, width - 1, 1) << (width - 1)};
  for (unsigned i = 0; i < 128 / width; ++i) {
    if (!bit(active.bits, i * width / 8)) continue;
    const Lane lane = lane_of(from, width, is_signed, i), x = absolute && lane < 0 ? -lane : lane;
    if (better(chosen, x)) chosen = x;
  }
  set(state, operation, 0, {static_cast<Bits>(chosen), active.known && before.known && from.known});
}

template <float (*better)(float, float), bool absolute>
void choose_float(State& state, const Operation& operation) {
  const Vector from = get_vector(state, operation.operands[1]);
  const Value active = active_bytes(state, operation), before = get(state, operation, 0);
  float chosen = float_of_lane(before.bits);
  for (unsigned i = 0; i < 4; ++i) {
    if (!bit(active.bits, 4 * i)) continue;
    const float lane = float_of_lane(from.words[i]);
    chosen = better(chosen, absolute ? std::fabs(lane) : lane);
  }
  set(state, operation, 0,
      {static_cast<Bits>(lane_of_float(chosen)), active.known && before.known && from.known});
}

bool decode_extreme_float(Instruction& instruction) {
  const Operands operands = {instruction.at(12, 4), vector_at(instruction, 1)};
  if (bit(instruction.bits, 28))  // of halves
    return instruction.is<forget_ranges>({instruction.at(12, 4), 1});
  switch (instruction.at(17, 1) << 1 | instruction.at(7, 1)) {
    case 0: return instruction.is<choose_float<greater_number, true>>(operands);
    case 1: return instruction.is<choose_float<lesser_number, true>>(operands);
    case 2: return instruction.is<choose_float<greater_number, false>>(operands);
    default: return instruction.is<choose_float<lesser_number, false>>(operands);
  }
}

bool decode_extreme(Instruction& instruction) {
  if (instruction.at(18, 2) == 3) return decode_extreme_float(instruction);
  const bool absolute = !bit(instruction.bits, 17);
  const Operands operands = {instruction.at(12, 4), vector_at(instruction, 1), 0, 0,
                             lanes(instruction.at(18, 2), absolute || is_signed_of(instruction))};
  switch ((absolute ? 2 : 0) | instruction.at(7, 1)) {
    case 0: return instruction.is<choose<greater, false>>(operands);
    case 1: return instruction.is<choose<smaller, false>>(operands);
    case 2: return instruction.is<choose<greater, true>>(operands);
    default: return instruction.is<choose<smaller, true>>(operands);
  }
}

}  // namespace

bool decode_reduction(Instruction& instruction) {
  if (decode_sum_of_lanes(instruction)) return true;
  if (instruction.has(0xEFF10F51, 0xEEE00F00)) return decode_extreme(instruction);
  if (instruction.has(0xEFC10FD1, 0xEE800F01) && instruction.at(20, 2) != 3)
    return decode_distances(instruction);
  return instruction.has(0xEF800ED0, 0xEE800E00) && decode_products(instruction);
}

}  // namespace smelt::tools::machine::thumb_code
