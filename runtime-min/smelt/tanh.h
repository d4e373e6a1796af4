// SPDX-License-Identifier: Apache-2.0
//
// tanh(x) of quantized numbers.
#ifndef SMELT_TANH_H
#define SMELT_TANH_H

#include "smelt/curve.h"

namespace smelt {

using tanh_s8_layer = curve_layer;
using tanh_u8_layer = curve_layer;

static inline SMELT_KERNEL void tanh_s8(const tanh_s8_layer &layer, const int8_t *input,
                                        int8_t *output) {
  apply_curve<24>(layer, input, output, [](int32_t x) { return fixed_tanh<4>(x); });
}

static inline SMELT_KERNEL void tanh_u8(const tanh_u8_layer &layer, const uint8_t *input,
                                        uint8_t *output) {
  apply_curve<24>(layer, input, output, [](int32_t x) { return fixed_tanh<4>(x); });
}

}  // namespace smelt

#endif
