// SPDX-License-Identifier: Apache-2.0
//
// ONNX's DequantizeLinear: (x - zero point) * scale, in float. Differences of 8 and 16 bits are
// exact; 32-bit integers have no zero point.
#ifndef SMELT_DEQUANTIZE_LINEAR_H
#define SMELT_DEQUANTIZE_LINEAR_H

#include "smelt/linear_scales.h"

namespace smelt {

struct dequantize_linear_layer {
  linear_scales scales;
};

template <typename Input>
SMELT_KERNEL void dequantize_linear(const dequantize_linear_layer &constants, const Input *input,
                                    float *output) {
  const dequantize_linear_layer layer = load(&constants);
  for_each_scaled(layer.scales, input, output, [](int32_t x, float scale, int32_t zero_point) {
    return static_cast<float>(x - zero_point) * scale;
  });
}

}  // namespace smelt

#endif
