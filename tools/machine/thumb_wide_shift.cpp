// SPDX-License-Identifier: Apache-2.0
//
// Shifts of 64 bits in two general registers, and those of Armv8.1-M that round and saturate.
#include <limits>

#include "tools/machine/thumb.h"

namespace smelt::tools::machine::thumb_code {
namespace {

// Shifts of 64 bits: operands 0 and 1 are the low and the high half. To the left, if the distance
// is positive.
void shift_long(State& state, const Operation& operation, int distance, bool is_signed) {
  const Value low = get(state, operation, 0), high = get(state, operation, 1);
  std::uint64_t bits = std::uint64_t{high.bits} << 32 | low.bits;
  const std::uint64_t sign = is_signed && bit(high.bits, 31) ? ~std::uint64_t{0} : 0;
  if (distance >= 64)
    bits = 0;
  else if (distance >= 0)
    bits <<= distance;
  else if (distance <= -64)
    bits = sign;
  else
    bits = bits >> -distance | (sign << 1 << (63 + distance));
  const bool is_known = low.known && high.known;
  set(state, operation, 0, {static_cast<Bits>(bits), is_known});
  set(state, operation, 1, {static_cast<Bits>(bits >> 32), is_known});
}

template <bool left, bool is_signed>
void shift_long_by_immediate(State& state, const Operation& operation) {
  shift_long(state, operation, left ? operation.immediate : -operation.immediate, is_signed);
}

template <bool left, bool is_signed>
void shift_long_by_register(State& state, const Operation& operation) {
  const Value by = get(state, operation, 2);
  const int distance = sign_extended(by.bits, 8);
  shift_long(state, operation, left ? distance : -distance, is_signed);
  if (by.known) return;
  set(state, operation, 0, by);
  set(state, operation, 1, by);
}

bool decode_long_by_immediate(Instruction& instruction, Bits low, Bits high) {
  const Bits field_of = instruction.at(12, 3) << 2 | instruction.at(6, 2);
  const Bits distance = field_of == 0 ? 32 : field_of;
  switch (instruction.at(4, 2)) {
    case 0: return instruction.is<shift_long_by_immediate<true, false>>({low, high}, distance);
    case 1: return instruction.is<shift_long_by_immediate<false, false>>({low, high}, distance);
    case 2: return instruction.is<shift_long_by_immediate<false, true>>({low, high}, distance);
    default: return false;
  }
}

// Those that round and saturate. Operand 0 is the register, or the lower of two, of which operand 1
// is the upper; operand 3 is how many bits the result may have. To the left by the immediate, or by
// operand 2; to the right if that is negative.

template <typename T>
struct Result {
  T value;
  bool saturated = false;
};

template <typename T>
Result<T> clamped(T x, unsigned width) {
  const T most = std::numeric_limits<T>::max() >> (64 - width),
          least = std::numeric_limits<T>::min() >> (64 - width);
  return {x > most ? most : x < least ? least : x, x > most || x < least};
}

/// Of 48 bits, shifts by more than that give zero, whatever is above.
template <typename T>
Result<T> shifted_right(T x, int by, unsigned width) {
  const int bits = (width == 48 ? 48 : 64) + (std::numeric_limits<T>::is_signed ? 0 : 1);
  if (by >= bits) return {0};
  const T most = x >> (by - 1);
  return clamped(static_cast<T>((most >> 1) + (most & 1)), width);
}

/// What is too far to the left saturates.
template <typename T>
Result<T> shifted_left(T x, int by, unsigned width) {
  if (x == 0) return {x};
  const T moved = by < 64 ? static_cast<T>(static_cast<std::uint64_t>(x) << by) : T{0};
  if (by < 64 && moved >> by == x) return clamped(moved, width);
  const T extreme = x < T{1} ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
  return {clamped(extreme, width).value, true};
}

/// `right`: a register says how far to the right.
template <typename T, bool right>
void shift_saturated(State& state, const Operation& operation) {
  constexpr bool is_signed = std::numeric_limits<T>::is_signed;
  const unsigned width = operation.operands[3];
  const bool is_long = width > 32;
  const Value low = get(state, operation, 0), high = get(state, operation, 1);
  const Value by_register = get(state, operation, 2);
  const int of_register = sign_extended(by_register.bits, 8);
  const int by = operation.operands[2] == zero ? operation.immediate
                 : right                       ? -of_register
                                               : of_register;
  const Bits above = is_signed && bit(low.bits, 31) ? ~Bits{0} : 0;
  const auto from = static_cast<T>(std::uint64_t{is_long ? high.bits : above} << 32 | low.bits);
  const auto result = by < 0 ? shifted_right(from, -by, width) : shifted_left(from, by, width);
  const auto bits = static_cast<std::uint64_t>(result.value);
  const bool is_known = low.known && (!is_long || high.known) && by_register.known;
  set(state, operation, 0, {static_cast<Bits>(bits), is_known});
  if (is_long) set(state, operation, 1, {static_cast<Bits>(bits >> 32), is_known});
  if (result.saturated) state.registers[flag_q] = {1, is_known};
}

/// `kind`: bits 4 and 5.
bool decode_saturated(Instruction& instruction, bool by_register, Bits low, Bits high, Bits width) {
  const Bits kind = instruction.at(4, 2);
  if (by_register) {
    const std::initializer_list<Bits> operands = {low, high, instruction.at(12, 4), width};
    return kind >= 2 ? instruction.is<shift_saturated<std::int64_t, true>>(operands)
                     : instruction.is<shift_saturated<std::uint64_t, false>>(operands);
  }
  const Bits field_of = instruction.at(12, 3) << 2 | instruction.at(6, 2);
  const Bits distance = field_of == 0 ? 32 : field_of;
  const Bits left = kind == 0 || kind == 3 ? distance : 0 - distance;
  const std::initializer_list<Bits> operands = {low, high, zero, width};
  return kind >= 2 ? instruction.is<shift_saturated<std::int64_t, false>>(operands, left)
                   : instruction.is<shift_saturated<std::uint64_t, false>>(operands, left);
}

}  // namespace

bool decode_wide_shift(Instruction& instruction) {
  const bool by_register = instruction.has(0xFFF0000F, 0xEA50000D);
  if (!by_register && !instruction.has(0xFFF0800F, 0xEA50000F)) return false;
  const Bits high = instruction.at(8, 4), low = instruction.at(16, 4) & 14;
  if (high == 15) {
    const Bits number = instruction.at(16, 4);
    return decode_saturated(instruction, by_register, number, number, 32);
  }
  if (!bit(instruction.bits, 8)) return false;
  if (bit(instruction.bits, 16)) {
    const Bits width = by_register && bit(instruction.bits, 7) ? 48 : 64;
    return decode_saturated(instruction, by_register, low, high, width);
  }
  if (!by_register) return decode_long_by_immediate(instruction, low, high);
  const Bits by = instruction.at(12, 4);
  return bit(instruction.bits, 5)
             ? instruction.is<shift_long_by_register<false, true>>({low, high, by})
             : instruction.is<shift_long_by_register<true, false>>({low, high, by});
}

}  // namespace smelt::tools::machine::thumb_code
