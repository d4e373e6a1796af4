// SPDX-License-Identifier: Apache-2.0
//
// The primitives (5.1) and fixed-point functions (5.2) of the arithmetic notes. All values are
// int32 (or int16) by contract and held in int64, so that nothing overflows unnoticed: what
// leaves the contract throws. Qk means k integer bits and 31-k fraction bits.
#pragma once

#include "tensor.h"

namespace oracle {

/// A real number as m * 2^(e-31).
struct Multiplier {
  Index m = 0;
  int e = 0;
};

/// value * 2^-shift, with value in Q0.
struct Reciprocal {
  Index value = 0;
  int shift = 0;
};

Multiplier quantize_multiplier(double real);

/// The notes' M: floor((a*b + 2^30) / 2^31), saturating.
Index multiply_high(Index a, Index b);
/// The same on 16 bits: floor((a*b + 2^14) / 2^15).
Index multiply_high_s16(Index a, Index b);
/// The notes' D: x / 2^n, rounded half away from zero.
Index divide_by_power(Index x, int n);
/// x * real, double rounding: D(M(x * 2^max(e, 0), m), max(-e, 0)).
Index requantise(Index x, Multiplier by);
/// The notes' satshl: x * 2^n, saturated to int32.
Index shift_left_saturating(Index x, int n);
Index saturate_s16(Index x);

/// exp(a) in Q0 for a <= 0 in Qk.
Index exp_of_negative(Index a, int k);
/// 1 / (1 + exp(-a)) in Q0 for a in Qk.
Index logistic_of(Index a, int k);
/// tanh(a) in Q0 for a in Qk.
Index tanh_of(Index a, int k);
/// 1 / x for x > 0 with `digits` integer bits.
Reciprocal reciprocal(Index x, int digits);

/// The 64-bit form of requantise, for sums of 16-bit activations: the multiplier has 16 bits.
Index requantise_wide(Index x, Multiplier by);

/// int16 logistic and tanh of an already scaled argument, by table (5.7); results in Q0.15.
Index logistic_s16(Index x);
Index tanh_s16(Index x);

}  // namespace oracle
