// SPDX-License-Identifier: Apache-2.0
//
// Functions of one real number, on every element: of floats, or of 8-bit integers that stand for
// scale * (q - zero point), for which the compiler makes a table of them. The C library's are used
// where every core's has them; what avr-libc lacks is written with those.
#ifndef SMELT_FUNCTIONS_H
#define SMELT_FUNCTIONS_H

#include "smelt/libc.h"
#include "smelt/quantize.h"
#include "smelt/unary.h"

namespace smelt {

struct function_8_layer {
  int32_t count;
  int32_t input_zero_point;
  float input_scale;
  float inverse_output_scale;
  output_range output;
};

template <typename Function>
SMELT_INLINE void apply(const unary_layer &constants, const float *input, float *output,
                        const Function &function) {
  const int32_t count = load(&constants).count;
  for_each_element(count, input, output, function);
}

/// Results are rounded half away from zero, as the reference fills its tables (the arithmetic
/// notes, 5.2); those that are no number become the type's least.
template <typename T, typename Function>
SMELT_INLINE void apply(const function_8_layer &constants, const T *input, T *output,
                        const Function &function) {
  const function_8_layer layer = load(&constants);
  for_each_element(layer.count, input, output, [&](T q) {
    const float x = layer.input_scale * static_cast<float>(q - layer.input_zero_point);
    return finish<T>(round_half_away(function(x) * layer.inverse_output_scale), layer.output);
  });
}

/// log(1 + x) for x > -1. What 1 + x loses of x, the quotient gives back (W. Kahan).
SMELT_INLINE float log_of_1_plus(float x) {
  const float sum = 1.0F + x;
  if (sum == 1.0F || sum == infinity) return x;
  return logf(sum) * (x / (sum - 1.0F));
}

/// log(1 + exp(x)), without exp's overflow.
SMELT_INLINE float softplus(float x) {
  return (x > 0 ? x : 0.0F) + log_of_1_plus(expf(-fabsf(x)));
}

/// From log(x + sqrt(x * x + 1)); beyond 2^13, the 1 is lost, and later the square overflows.
SMELT_INLINE float inverse_sinh(float x) {
  const float a = fabsf(x);
  if (a > 8192) return copysignf(logf(a) + 0.693147181F, x);
  return copysignf(log_of_1_plus(a + a * a / (1.0F + sqrtf(a * a + 1.0F))), x);
}

/// From log(x + sqrt(x * x - 1)); not a number below 1.
SMELT_INLINE float inverse_cosh(float x) {
  if (!(x >= 1)) return not_a_number;
  if (x > 8192) return logf(x) + 0.693147181F;
  const float t = x - 1.0F;
  return log_of_1_plus(t + sqrtf(t * (x + 1.0F)));
}

/// log((1 + x) / (1 - x)) / 2; not a number beyond 1.
SMELT_INLINE float inverse_tanh(float x) {
  const float a = fabsf(x);
  if (a >= 1) return copysignf(a > 1 ? not_a_number : infinity, x);
  return copysignf(0.5F * log_of_1_plus(2.0F * a / (1.0F - a)), x);
}

/// exp(x) - 1: near 0 its Maclaurin series, whose last term is below a float's last bit.
SMELT_INLINE float exp_minus_1(float x) {
  if (fabsf(x) > 0.5F) return expf(x) - 1.0F;
  float sum = 1.0F;
  for (int32_t i = 9; i > 1; --i) sum = 1.0F + sum * x / static_cast<float>(i);
  return sum * x;
}

/// 1 - erf(x) of x >= 0, within 1.2e-7 of itself: a Chebyshev fit (Numerical Recipes, erfcc).
SMELT_INLINE float complementary_error(float x) {
  const float t = 1.0F / (1.0F + 0.5F * x);
  const float factors[] = {-1.26551223F, 1.00002368F,  0.37409196F, 0.09678418F,  -0.18628806F,
                           0.27886807F,  -1.13520398F, 1.48851587F, -0.82215223F, 0.17087277F};
  float sum = 0;
  for (int32_t i = 9; i >= 0; --i) sum = sum * t + factors[i];
  return t * expf(sum - x * x);
}

/// The error function: up to 1/2 its Maclaurin series, whose last term is below a float's last bit.
SMELT_INLINE float error_function(float x) {
  const float a = fabsf(x), square = x * x;
  if (a >= 0.5F) return copysignf(1.0F - complementary_error(a), x);
  const float factors[] = {1.12837917F,    -0.376126389F,  0.112837917F,
                           -0.0268661706F, 0.00522397762F, -0.000854832701F};
  float sum = 0;
  for (int32_t i = 5; i >= 0; --i) sum = sum * square + factors[i];
  return x * sum;
}

/// The nearest integer, half to even. Adding 2^23 leaves no bits behind the point.
SMELT_INLINE float round_half_even(float x) {
  const float a = fabsf(x);
  if (!(a < 8388608.0F)) return x;
  const float whole = floorf(a), rest = a - whole;
  const bool odd = whole * 0.5F != floorf(whole * 0.5F);
  return copysignf(rest > 0.5F || (rest == 0.5F && odd) ? whole + 1.0F : whole, x);
}

/// x * (1 + erf(x / sqrt(2))) / 2, without the difference of near equals that this has of x < 0.
/// Beyond 14, the tail is less than any float.
SMELT_INLINE float gelu(float x) {
  if (fabsf(x) > 14) return x > 0 ? x : 0;
  const float tail = 0.5F * x * complementary_error(fabsf(x) * 0.707106781F);
  return x < 0 ? tail : x - tail;
}

/// Not a number for what is none.
SMELT_INLINE float sign_of(float x) {
  return x > 0 ? 1.0F : x < 0 ? -1.0F : x;
}

/// The kernel NAME_elements, for either layer: `result` is an expression in x.
#define SMELT_FUNCTION(name, result)                                            \
  template <typename Layer, typename T>                                         \
  void name##_elements(const Layer &constants, const T *input, T *output) {     \
    apply(constants, input, output, [](float x) -> float { return (result); }); \
  }

SMELT_FUNCTION(abs, fabsf(x))
SMELT_FUNCTION(acos, acosf(x))
SMELT_FUNCTION(acosh, inverse_cosh(x))
SMELT_FUNCTION(asin, asinf(x))
SMELT_FUNCTION(asinh, inverse_sinh(x))
SMELT_FUNCTION(atan, atanf(x))
SMELT_FUNCTION(atanh, inverse_tanh(x))
SMELT_FUNCTION(ceil, ceilf(x))
SMELT_FUNCTION(cos, cosf(x))
SMELT_FUNCTION(cosh, coshf(x))
SMELT_FUNCTION(erf, error_function(x))
SMELT_FUNCTION(exp, expf(x))
SMELT_FUNCTION(floor, floorf(x))
SMELT_FUNCTION(gelu, gelu(x))
SMELT_FUNCTION(log, logf(x))
SMELT_FUNCTION(neg, -x)
SMELT_FUNCTION(reciprocal, 1.0F / x)
SMELT_FUNCTION(round, round_half_even(x))
SMELT_FUNCTION(rsqrt, 1.0F / sqrtf(x))
SMELT_FUNCTION(sign, sign_of(x))
SMELT_FUNCTION(sin, sinf(x))
SMELT_FUNCTION(sinh, sinhf(x))
SMELT_FUNCTION(softplus, softplus(x))
SMELT_FUNCTION(softsign, x / (1.0F + fabsf(x)))
SMELT_FUNCTION(sqrt, sqrtf(x))
SMELT_FUNCTION(tan, tanf(x))

#undef SMELT_FUNCTION

}  // namespace smelt

#endif
