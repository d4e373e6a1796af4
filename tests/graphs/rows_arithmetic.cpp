// SPDX-License-Identifier: Apache-2.0
//
// How quotients, powers, comparisons and logic are drawn.
#include "compiler/ops/add.h"
#include "compiler/ops/bit_shift.h"
#include "compiler/ops/comparison.h"
#include "compiler/ops/div.h"
#include "compiler/ops/logic.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/mod.h"
#include "compiler/ops/pow.h"
#include "compiler/ops/tanh.h"
#include "compiler/ops/where.h"
#include "tests/graphs/rows.h"

namespace smelt::test {
namespace {

using enum ElementType;

/// Floats not near 0, so that what they divide stays finite.
TensorId divisor(Sketch& s, TensorId x) {
  const TensorId half = s.constant(f32, {}, to_bytes(std::vector<float>{0.5F}));
  return s.node(ops::add, ops::AddAttributes{}, {s.node(ops::logistic, {}, {x}), half});
}

/// Numbers without scales.
Pair dividend_and_divisor(Sketch& s) {
  const auto plain = [&](ElementType type) {
    const Shape shape = s.shape(s.random.integer(0, 4));
    const TensorId a = s.operand(type, shape, Quantization{});
    return Pair{a, s.operand(type, repeated(s.random, shape), Quantization{})};
  };
  if (s.random.coin()) return plain(s.random.of<ElementType>({s8, u8}));
  const Pair drawn = pair(s, {f32, f32, s16, s32, s64}, true);
  return s[drawn.a].type == f32 ? Pair{drawn.a, divisor(s, drawn.b)} : drawn;
}

void div(Sketch& s) {
  const auto [a, b] = dividend_and_divisor(s);
  s.node(ops::div, ops::DivAttributes{s[a].type == f32 ? s.activation() : Activation::none},
         {a, b});
}

void mod(Sketch& s) {
  const auto [a, b] = dividend_and_divisor(s);
  s.node(ops::mod, ops::ModAttributes{s.random.coin()}, {a, b});
}

void pow(Sketch& s) {
  const auto [a, b] = pair(s, {f32, f32, s32, s64}, true);
  if (s[a].type == f32)
    s.node(ops::pow, {}, {divisor(s, a), s.node(ops::tanh, {}, {b})});
  else
    s.node(ops::pow, {}, {a, b});
}

template <const OpDef& op>
void comparison(Sketch& s) {
  const auto [a, b] = pair(s, all_types, true);
  s.node(op, {}, {a, b}, {}, boolean);
}

template <const OpDef& op>
void logic(Sketch& s) {
  const auto [a, b] = pair(s, {boolean}, true);
  s.node(op, {}, {a, b});
}

void logical_not(Sketch& s) {
  s.node(ops::logical_not, {}, {s.pick({boolean}, 0, max_rank)});
}

void bit_shift(Sketch& s) {
  const Shape shape = s.shape(s.random.integer(0, 4));
  const TensorId a = s.operand(u8, shape, Quantization{});
  // Most random bytes are more places than there are.
  std::vector<std::uint8_t> places;
  for (std::int64_t i = 0; i < element_count(shape); ++i)
    places.push_back(static_cast<std::uint8_t>(s.random.integer(0, 9)));
  const TensorId b = s.constant(u8, shape, to_bytes(places));
  s.node(ops::bit_shift, ops::BitShiftAttributes{s.random.coin()}, {a, b});
}

void where(Sketch& s) {
  const TensorId condition = s.pick({boolean}, 0, max_rank);
  const Shape shape = s[condition].shape;
  const TensorId a = s.operand(s.random.of(all_types), repeated(s.random, shape));
  const Tensor tensor = s[a];
  const TensorId b = s.operand(tensor.type, repeated(s.random, shape), tensor.quantization);
  s.node(ops::where, {}, {condition, a, b}, tensor.quantization, tensor.type);
}

}  // namespace

std::vector<GeneratorRow> arithmetic_rows() {
  return {
      {ops::bit_shift, bit_shift},
      {ops::div, div},
      {ops::equal, comparison<ops::equal>},
      {ops::less, comparison<ops::less>},
      {ops::less_equal, comparison<ops::less_equal>},
      {ops::logical_and, logic<ops::logical_and>},
      {ops::logical_not, logical_not},
      {ops::logical_or, logic<ops::logical_or>},
      {ops::logical_xor, logic<ops::logical_xor>},
      {ops::mod, mod},
      {ops::pow, pow},
      {ops::where, where},
  };
}

}  // namespace smelt::test
