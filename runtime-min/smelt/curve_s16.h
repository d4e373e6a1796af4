// SPDX-License-Identifier: Apache-2.0
//
// Logistic and tanh of 16-bit numbers, zero point 0, to Q0.15 (the arithmetic notes, 5.7).
#ifndef SMELT_CURVE_S16_H
#define SMELT_CURVE_S16_H

#include "smelt/sigmoid_s16.h"
#include "smelt/unary.h"

namespace smelt {

/// The table's argument is input * multiplier / 2^right.
struct curve_s16_layer {
  int32_t count;
  int32_t multiplier;
  int32_t right;
  const int16_t *sigmoid;  ///< table of smelt/sigmoid_s16.h
};

using logistic_s16_layer = curve_s16_layer;
using tanh_s16_layer = curve_s16_layer;

template <typename Curve>
SMELT_INLINE void apply_curve_s16(const curve_s16_layer &constants, const int16_t *input,
                                  int16_t *output, const Curve &curve) {
  const curve_s16_layer layer = load(&constants);
  const int32_t half = layer.right > 0 ? int32_t{1} << (layer.right - 1) : 0;
  for_each_element(layer.count, input, output, [&](int16_t q) {
    return static_cast<int16_t>(curve(layer.sigmoid, (q * layer.multiplier + half) >> layer.right));
  });
}

static inline SMELT_KERNEL void logistic_s16(const logistic_s16_layer &layer, const int16_t *input,
                                             int16_t *output) {
  apply_curve_s16(layer, input, output,
                  [](const int16_t *table, int32_t x) { return table_logistic(table, x); });
}

static inline SMELT_KERNEL void tanh_s16(const tanh_s16_layer &layer, const int16_t *input,
                                         int16_t *output) {
  apply_curve_s16(layer, input, output,
                  [](const int16_t *table, int32_t x) { return table_tanh(table, x); });
}

}  // namespace smelt

#endif
