// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "tools/machine/thumb_float.h"

namespace smelt::tools::machine::thumb_code {
namespace {

// Operands: 0 is the result and what sums begin with, 1 and 2 are what is computed with.
template <typename T>
using Formula = T (*)(T sum, T a, T b);

template <typename T, Formula<T> formula, bool sums>
void compute(State& state, const Operation& operation) {
  const auto sum = get_number<T>(state, operation, 0), a = get_number<T>(state, operation, 1),
             b = get_number<T>(state, operation, 2);
  T result = formula(sum.value, a.value, b.value);
  const bool of_none =
      std::isnan(a.value) || std::isnan(b.value) || (sums && std::isnan(sum.value));
  if (std::isnan(result) && !of_none) result = std::numeric_limits<T>::quiet_NaN();
  set_number<T>(state, operation, 0, {result, a.known && b.known && (!sums || sum.known)});
}

/// Products are rounded before they are added.
template <typename T>
T product(T a, T b) {
  const volatile T result = a * b;
  return result;
}
template <typename T>
T multiply_add(T sum, T a, T b) {
  return sum + product(a, b);
}
template <typename T>
T multiply_subtract(T sum, T a, T b) {
  return sum - product(a, b);
}
template <typename T>
T negated_multiply_add(T sum, T a, T b) {
  return -sum - product(a, b);
}
template <typename T>
T negated_multiply_subtract(T sum, T a, T b) {
  return -sum + product(a, b);
}
template <typename T>
T multiply(T, T a, T b) {
  return a * b;
}
template <typename T>
T negated_multiply(T, T a, T b) {
  return -(a * b);
}
template <typename T>
T add(T, T a, T b) {
  return a + b;
}
template <typename T>
T subtract(T, T a, T b) {
  return a - b;
}
template <typename T>
T divide(T, T a, T b) {
  return a / b;
}
template <typename T>
T fused_add(T sum, T a, T b) {
  return std::fma(a, b, sum);
}
template <typename T>
T fused_subtract(T sum, T a, T b) {
  return std::fma(-a, b, sum);
}
template <typename T>
T negated_fused_add(T sum, T a, T b) {
  return std::fma(-a, b, -sum);
}
template <typename T>
T negated_fused_subtract(T sum, T a, T b) {
  return std::fma(a, b, -sum);
}
template <typename T>
T greater(T, T a, T b) {
  return std::fmax(a, b);
}
template <typename T>
T lesser(T, T a, T b) {
  return std::fmin(a, b);
}

template <typename T>
bool decode(Instruction& instruction, std::initializer_list<Bits> operands) {
  if (bit(instruction.bits, 28))
    return bit(instruction.bits, 6) ? instruction.is<compute<T, lesser<T>, false>>(operands)
                                    : instruction.is<compute<T, greater<T>, false>>(operands);
  const Bits code = instruction.at(23, 1) << 3 | instruction.at(20, 2) << 1 | instruction.at(6, 1);
  switch (code) {
    case 0: return instruction.is<compute<T, multiply_add<T>, true>>(operands);
    case 1: return instruction.is<compute<T, multiply_subtract<T>, true>>(operands);
    case 2: return instruction.is<compute<T, negated_multiply_subtract<T>, true>>(operands);
    case 3: return instruction.is<compute<T, negated_multiply_add<T>, true>>(operands);
    case 4: return instruction.is<compute<T, multiply<T>, false>>(operands);
    case 5: return instruction.is<compute<T, negated_multiply<T>, false>>(operands);
    case 6: return instruction.is<compute<T, add<T>, false>>(operands);
    case 7: return instruction.is<compute<T, subtract<T>, false>>(operands);
    case 8: return instruction.is<compute<T, divide<T>, false>>(operands);
    case 10: return instruction.is<compute<T, negated_fused_subtract<T>, true>>(operands);
    case 11: return instruction.is<compute<T, negated_fused_add<T>, true>>(operands);
    case 12: return instruction.is<compute<T, fused_add<T>, true>>(operands);
    case 13: return instruction.is<compute<T, fused_subtract<T>, true>>(operands);
    default: return false;
  }
}

}  // namespace

bool decode_float_sum(Instruction& instruction) {
  if (instruction.at(8, 4) == 11)
    return decode<double>(instruction,
                          {pair(instruction, 12), pair(instruction, 16), pair(instruction, 0)});
  return decode<float>(instruction, {single(instruction, 12, 22), single(instruction, 16, 7),
                                     single(instruction, 0, 5)});
}

}  // namespace smelt::tools::machine::thumb_code
