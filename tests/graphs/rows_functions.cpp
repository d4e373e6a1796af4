// SPDX-License-Identifier: Apache-2.0
//
// How functions of one element are drawn: on operands for which their results are finite, since
// what is no number would spread. 8-bit results always are.
#include "compiler/ops/add.h"
#include "compiler/ops/elu.h"
#include "compiler/ops/functions.h"
#include "compiler/ops/log_softmax.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/tanh.h"
#include "tests/graphs/rows.h"

namespace smelt::test {
namespace {

using enum ElementType;

TensorId scalar(Sketch& s, float value) {
  return s.constant(f32, {}, to_bytes(std::vector<float>{value}));
}

TensorId any_float(Sketch& s) {
  return s.pick({f32}, 0, max_rank);
}

TensorId within_one(Sketch& s) {
  const TensorId x = s.node(ops::tanh, {}, {any_float(s)});
  return s.node(ops::mul, ops::MulAttributes{}, {x, scalar(s, 0.9F)});
}

TensorId positive(Sketch& s) {
  const TensorId x = s.node(ops::logistic, {}, {any_float(s)});
  return s.node(ops::add, ops::AddAttributes{}, {x, scalar(s, 0.1F)});
}

TensorId above_one(Sketch& s) {
  const TensorId x = s.node(ops::logistic, {}, {any_float(s)});
  return s.node(ops::add, ops::AddAttributes{}, {x, scalar(s, 1)});
}

/// Bounds of a finer scale would leave floats.
bool has_scale(const Tensor& tensor) {
  return tensor.quantization.present() && scale_of(tensor) > 1e-8;
}

template <const OpDef& op>
void of_bytes(Sketch& s) {
  const TensorId x = s.pick({s8, s8, u8}, 0, max_rank, has_scale);
  s.node(op, {}, {x}, coarser(s, s[x].type, 0.1));
}

template <const OpDef& op, TensorId (*operand)(Sketch&)>
void of_floats(Sketch& s) {
  const TensorId x = operand(s);
  s.node(op, {}, {x});
}

template <const OpDef& op, TensorId (*operand)(Sketch&)>
void of_either(Sketch& s) {
  s.random.coin() ? of_bytes<op>(s) : of_floats<op, operand>(s);
}

template <const OpDef& op>
void of_any(Sketch& s) {
  of_either<op, any_float>(s);
}

template <const OpDef& op>
void of_numbers(Sketch& s) {
  const TensorId x = s.pick({s8, u8, f32, s16, s32, s64}, 0, max_rank);
  s.node(op, {}, {x},
         s[x].quantization.present() ? coarser(s, s[x].type, scale_of(s[x])) : Quantization{});
}

void elu(Sketch& s) {
  const TensorId x = s.random.coin() ? any_float(s) : s.pick({s8, u8}, 0, max_rank, has_scale);
  s.node(ops::elu,
         ops::EluAttributes{s.random.of<float>({1, 1, 0.5F, 1.7F}),
                            s.random.of<float>({1, 1, 1.05F}), s.random.of<float>({1, 1, 2})},
         {x}, coarser(s, s[x].type, scale_of(s[x])));
}

void log_softmax(Sketch& s) {
  const TensorId x = s.pick({f32}, 1, max_rank);
  s.node(ops::log_softmax, {}, {x});
}

}  // namespace

std::vector<GeneratorRow> function_rows() {
  return {
      {ops::abs, of_numbers<ops::abs>},
      {ops::acos, of_either<ops::acos, within_one>},
      {ops::acosh, of_floats<ops::acosh, above_one>},
      {ops::asin, of_either<ops::asin, within_one>},
      {ops::asinh, of_floats<ops::asinh, any_float>},
      {ops::atan, of_any<ops::atan>},
      {ops::atanh, of_floats<ops::atanh, within_one>},
      {ops::ceil, of_any<ops::ceil>},
      {ops::cos, of_any<ops::cos>},
      {ops::cosh, of_either<ops::cosh, within_one>},
      {ops::elu, elu},
      {ops::erf, of_floats<ops::erf, any_float>},
      {ops::exp, of_either<ops::exp, within_one>},
      {ops::floor, of_any<ops::floor>},
      {ops::gelu, of_floats<ops::gelu, any_float>},
      {ops::log, of_either<ops::log, positive>},
      {ops::log_softmax, log_softmax},
      {ops::neg, of_numbers<ops::neg>},
      {ops::reciprocal, of_either<ops::reciprocal, positive>},
      {ops::round, of_any<ops::round>},
      {ops::rsqrt, of_either<ops::rsqrt, positive>},
      {ops::sign, of_numbers<ops::sign>},
      {ops::sin, of_any<ops::sin>},
      {ops::sinh, of_either<ops::sinh, within_one>},
      {ops::softplus, of_floats<ops::softplus, any_float>},
      {ops::softsign, of_any<ops::softsign>},
      {ops::sqrt, of_either<ops::sqrt, positive>},
      {ops::tan, of_either<ops::tan, within_one>},
  };
}

}  // namespace smelt::test
