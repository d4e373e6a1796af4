// SPDX-License-Identifier: Apache-2.0
//
// Transposed convolution of 16-bit activations: smelt/number_s16.h.
#ifndef SMELT_TRANSPOSE_CONV_S16_H
#define SMELT_TRANSPOSE_CONV_S16_H

#include "smelt/number_s16.h"
#include "smelt/transpose_conv.h"

namespace smelt {

using transpose_conv_s16x8_layer = transpose_conv_layer<s16x8>;
using transpose_conv_s16x8_s64_layer = transpose_conv_layer<s16x8_s64>;

template <typename Shape>
SMELT_KERNEL void transpose_conv_s16x8(const transpose_conv_s16x8_layer &layer,
                                       const int16_t *input, int16_t *output, int16_t *patch) {
  transpose_conv<s16x8>(window<Shape>::of(layer), layer, input, output, patch);
}

template <typename Shape>
SMELT_KERNEL void transpose_conv_s16x8_s64(const transpose_conv_s16x8_s64_layer &layer,
                                           const int16_t *input, int16_t *output, int16_t *patch) {
  transpose_conv<s16x8_s64>(window<Shape>::of(layer), layer, input, output, patch);
}

}  // namespace smelt

#endif
