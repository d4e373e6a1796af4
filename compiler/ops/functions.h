// SPDX-License-Identifier: Apache-2.0
//
// Functions of one real number, on every element, in the arithmetic of floats. They differ by one
// line in smelt/functions.h, and so they do here: all else is shared. Of 8-bit tensors with scales
// they are tables. abs, neg and sign also take integers that stand for themselves.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

extern const OpDef abs;
extern const OpDef acos;
extern const OpDef acosh;
extern const OpDef asin;
extern const OpDef asinh;
extern const OpDef atan;
extern const OpDef atanh;
extern const OpDef ceil;
extern const OpDef cos;
extern const OpDef cosh;
extern const OpDef erf;
extern const OpDef exp;
extern const OpDef floor;
extern const OpDef gelu;  ///< x * (1 + erf(x / sqrt(2))) / 2
extern const OpDef log;
extern const OpDef neg;
extern const OpDef reciprocal;
extern const OpDef round;  ///< half to even
extern const OpDef rsqrt;  ///< 1 / sqrt(x)
extern const OpDef sign;
extern const OpDef sin;
extern const OpDef sinh;
extern const OpDef softplus;  ///< log(1 + exp(x))
extern const OpDef softsign;  ///< x / (1 + |x|)
extern const OpDef sqrt;
extern const OpDef tan;

}  // namespace smelt::ops
