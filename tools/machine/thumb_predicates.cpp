// SPDX-License-Identifier: Apache-2.0
//
// Helium: comparisons of lanes, which make predicates, and what chooses by these.
#include "tools/machine/thumb_lanes_float.h"

namespace smelt::tools::machine::thumb_code {
namespace {

// Operands 1 to 4 as of each_lane; the immediate says what is compared, as encodings number it.
enum Relation : std::uint8_t {
  equal,
  not_equal,
  not_less_unsigned,
  greater_unsigned,
  not_less,
  less,
  greater,
  not_greater
};

template <typename T>
bool holds_for(T a, T b, Bits relation) {
  switch (relation) {
    case equal: return a == b;
    case not_equal: return !(a == b);
    case not_less_unsigned:
    case not_less: return a >= b;
    case less: return !(a >= b);
    case greater_unsigned:
    case greater: return a > b;
    default: return !(a > b);
  }
}

template <bool is_float>
void compare_lanes(State& state, const Operation& operation) {
  const unsigned width = width_of(operation.operands[4]), bytes = width / 8;
  const bool is_signed = is_signed_of(operation.operands[4]);
  const Vector a = get_vector(state, operation.operands[1]),
               b = second_vector(state, operation, width);
  Bits chosen = 0;
  for (unsigned i = 0; i < 128 / width; ++i) {
    const Lane x = lane_of(a, width, is_signed, i), y = lane_of(b, width, is_signed, i);
    const bool holds = is_float
                           ? holds_for(float_of_lane(x), float_of_lane(y), immediate_of(operation))
                           : holds_for(x, y, immediate_of(operation));
    if (holds) chosen |= ((Bits{1} << bytes) - 1) << i * bytes;
  }
  const Value active = active_bytes(state, operation);
  state.registers[predicate] = {chosen & active.bits, a.known && b.known && active.known};
}

void invert_predicate(State& state, const Operation&) {
  state.registers[predicate].bits ^= 0xffff;
}

void select(State& state, const Operation& operation) {
  const Value chosen = get(state, predicate);
  const Vector a = get_vector(state, operation.operands[1]),
               b = get_vector(state, operation.operands[2]);
  Vector result = {{}, chosen.known && a.known && b.known};
  for (unsigned i = 0; i < 4; ++i) {
    const Bits mask = bytes_of(chosen.bits >> 4 * i);
    result.words[i] = (a.words[i] & mask) | (b.words[i] & ~mask);
  }
  set_vector(state, operation, result);
}

bool is_comparison(Instruction& instruction, bool is_float, Bits size) {
  const Bits lowest = bit(instruction.bits, 6) ? instruction.at(5, 1) : instruction.at(0, 1);
  const Bits relation = instruction.at(12, 1) << 2 | lowest << 1 | instruction.at(7, 1);
  const bool is_signed = !is_float && relation >= not_less;
  const Bits a = vector_at(instruction, 17), number = instruction.at(0, 4);
  const Operands with_vector = {0, a, vector_at(instruction, 1), vector_of, lanes(size, is_signed)},
                 with_register = {0, a, number == pc ? Bits{zero} : number, register_of,
                                  lanes(size, is_signed)};
  const Operands operands = bit(instruction.bits, 6) ? with_register : with_vector;
  return is_float ? instruction.is<compare_lanes<true>>(operands, relation)
                  : instruction.is<compare_lanes<false>>(operands, relation);
}

}  // namespace

bool decode_predicate(Instruction& instruction) {
  if (!instruction.has(0xEF810F10, 0xEE010F00)) return false;
  const Bits size = instruction.at(20, 2);
  const bool is_float = size == 3, u = bit(instruction.bits, 28);
  if (!is_float && !u) return false;
  if (instruction.bits == 0xFE310F4D) return instruction.is<invert_predicate>();
  if (instruction.has(0xFFB11F51, 0xFE310F01))
    return instruction.is<select>(
        {first_single(instruction), vector_at(instruction, 17), vector_at(instruction, 1)});
  instruction.vpt_mask =
      static_cast<std::uint8_t>(instruction.at(22, 1) << 3 | instruction.at(13, 3));
  if (instruction.has(0xFFBF1FFF, 0xFE310F4D)) return instruction.is<do_nothing>();
  if (is_float && u) return instruction.is<forget_ranges>({predicate, 1});  // of halves
  return is_comparison(instruction, is_float, is_float ? 2 : size);
}

}  // namespace smelt::tools::machine::thumb_code
