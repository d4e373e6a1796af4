// SPDX-License-Identifier: Apache-2.0
//
// 1 / (1 + exp(-x)) of quantized numbers.
#ifndef SMELT_LOGISTIC_H
#define SMELT_LOGISTIC_H

#include "smelt/curve.h"

namespace smelt {

using logistic_s8_layer = curve_layer;
using logistic_u8_layer = curve_layer;

static inline SMELT_KERNEL void logistic_s8(const logistic_s8_layer &layer, const int8_t *input,
                                            int8_t *output) {
  apply_curve<23>(layer, input, output, [](int32_t x) { return fixed_logistic<4>(x); });
}

static inline SMELT_KERNEL void logistic_u8(const logistic_u8_layer &layer, const uint8_t *input,
                                            uint8_t *output) {
  apply_curve<23>(layer, input, output, [](int32_t x) { return fixed_logistic<4>(x); });
}

}  // namespace smelt

#endif
