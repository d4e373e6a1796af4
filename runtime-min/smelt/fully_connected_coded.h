// SPDX-License-Identifier: Apache-2.0
//
// Fully connected layer of one row whose weights are coded: each is multiplied as it is decoded.
#ifndef SMELT_FULLY_CONNECTED_CODED_H
#define SMELT_FULLY_CONNECTED_CODED_H

#include "smelt/coding.h"
#include "smelt/number.h"

namespace smelt {

struct fully_connected_coded_layer {
  int32_t inputs, outputs;
  coded_weights weights;  ///< [outputs][inputs]
  requantization output;
};

template <typename Order>
SMELT_INLINE void fully_connected_coded(const fully_connected_coded_layer &constants,
                                        const int8_t *input, int8_t *output) {
  const fully_connected_coded_layer layer = load(&constants);
  bit_reader reader = begin(layer.weights);
  for (int32_t channel = 0; channel < layer.outputs; ++channel) {
    const int32_t sum =
        Order::dot(reader, layer.weights, layer.inputs, input, s8::start(layer.output, channel));
    output[channel] = s8::finish(layer.output, channel, sum);
  }
}

inline SMELT_SHARED void fully_connected_s8_coded(const fully_connected_coded_layer &layer,
                                                  const int8_t *input, int8_t *output) {
  fully_connected_coded<all_weights>(layer, input, output);
}

inline SMELT_SHARED void fully_connected_s8_runs(const fully_connected_coded_layer &layer,
                                                 const int8_t *input, int8_t *output) {
  fully_connected_coded<runs_and_weights>(layer, input, output);
}

}  // namespace smelt

#endif
