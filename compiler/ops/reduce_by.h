// SPDX-License-Identifier: Apache-2.0
//
// Reductions over any axes other than mean and sum; attributes are those of mean. REDUCE_MAX,
// REDUCE_MIN, REDUCE_PROD; ONNX's ReduceL1 to ReduceSumSquare. Of quantized tensors, extremes only.
#pragma once

#include "compiler/ops/reduce.h"

namespace smelt::ops {

extern const OpDef reduce_l1;           ///< sum of |x|
extern const OpDef reduce_l2;           ///< square root of the sum of x^2
extern const OpDef reduce_log_sum;      ///< log of the sum
extern const OpDef reduce_log_sum_exp;  ///< log of the sum of exp(x)
extern const OpDef reduce_max;
extern const OpDef reduce_min;
extern const OpDef reduce_prod;
extern const OpDef reduce_sum_square;  ///< sum of x^2

}  // namespace smelt::ops
