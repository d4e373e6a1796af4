// SPDX-License-Identifier: Apache-2.0
//
// ONNX's QuantizeLinear: saturate(nearest_even(x / scale) + zero point); and the output stage of
// its integer layers, which multiplies sums of 32 bits by the quotient of scales instead.
#ifndef SMELT_QUANTIZE_LINEAR_H
#define SMELT_QUANTIZE_LINEAR_H

#include "smelt/linear_scales.h"

namespace smelt {

struct quantize_linear_layer {
  linear_scales scales;
  int32_t min, max;  ///< of the output's type
};

using requantize_linear_layer = quantize_linear_layer;

template <typename Output>
SMELT_KERNEL void quantize_linear(const quantize_linear_layer &constants, const float *input,
                                  Output *output) {
  const quantize_linear_layer layer = load(&constants);
  for_each_scaled(layer.scales, input, output, [&](float x, float scale, int32_t zero_point) {
    return saturate<Output>(nearest_even(x / scale) + zero_point, layer.min, layer.max);
  });
}

template <typename Output>
SMELT_KERNEL void requantize_linear(const requantize_linear_layer &constants, const int32_t *input,
                                    Output *output) {
  const requantize_linear_layer layer = load(&constants);
  for_each_scaled(layer.scales, input, output, [&](int32_t x, float scale, int32_t zero_point) {
    return saturate<Output>(nearest_even(static_cast<float>(x) * scale) + zero_point, layer.min,
                            layer.max);
  });
}

}  // namespace smelt

#endif
