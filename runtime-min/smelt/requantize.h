// SPDX-License-Identifier: Apache-2.0
//
// From one quantization to another, perhaps within the narrower range of an activation (the
// arithmetic notes, 5.5: QUANTIZE of integers, RELU).
#ifndef SMELT_REQUANTIZE_H
#define SMELT_REQUANTIZE_H

#include "smelt/scaling.h"
#include "smelt/unary.h"

namespace smelt {

struct requantize_layer {
  int32_t count;
  int32_t input_zero_point;
  scaling scale;  ///< the input's by the output's
  output_range output;
};

using requantize_s8_layer = requantize_layer;
using requantize_u8_layer = requantize_layer;
using requantize_s16_layer = requantize_layer;

template <typename Input, typename Output>
SMELT_INLINE void requantize_elements(const requantize_layer &constants, const Input *input,
                                      Output *output) {
  const requantize_layer layer = load(&constants);
  for_each_element(layer.count, input, output, [&](Input q) {
    return finish<Output>(requantize(q - layer.input_zero_point, layer.scale), layer.output);
  });
}

template <typename Input>
SMELT_KERNEL void requantize_s8(const requantize_s8_layer &layer, const Input *input,
                                int8_t *output) {
  requantize_elements(layer, input, output);
}

template <typename Input>
SMELT_KERNEL void requantize_u8(const requantize_u8_layer &layer, const Input *input,
                                uint8_t *output) {
  requantize_elements(layer, input, output);
}

template <typename Input>
SMELT_KERNEL void requantize_s16(const requantize_s16_layer &layer, const Input *input,
                                 int16_t *output) {
  requantize_elements(layer, input, output);
}

}  // namespace smelt

#endif
