// SPDX-License-Identifier: Apache-2.0
//
// What quantized logistic and tanh share (the arithmetic notes, 5.7): a curve of a fixed-point
// argument with 4 integer bits, flat beyond a radius.
#ifndef SMELT_CURVE_H
#define SMELT_CURVE_H

#include "smelt/fixed_point_functions.h"
#include "smelt/scaling.h"
#include "smelt/unary.h"

namespace smelt {

struct curve_layer {
  int32_t count;
  int32_t input_zero_point;
  int32_t radius;    ///< inputs so far from the zero point are at the ends of the output's range
  scaling argument;  ///< to Q4
  output_range output;
};

/// output = curve(input) / 2^right, curve from Q4 to Q0.
template <int32_t right, typename T, typename Curve>
SMELT_INLINE void apply_curve(const curve_layer &constants, const T *input, T *output,
                              const Curve &curve) {
  const curve_layer layer = load(&constants);
  for_each_element(layer.count, input, output, [&](T q) {
    const int32_t x = q - layer.input_zero_point;
    if (x <= -layer.radius) return static_cast<T>(layer.output.min);
    if (x >= layer.radius) return static_cast<T>(layer.output.max);
    return finish<T>(divide_by_power(curve(requantize(x, layer.argument)), right), layer.output);
  });
}

}  // namespace smelt

#endif
