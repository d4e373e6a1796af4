// SPDX-License-Identifier: Apache-2.0
//
// Elements at listed places along each dimension. The places are tables of byte offsets, so that
// devices compute none. Elements are moved as they are, runs of neighbours in one go.
#ifndef SMELT_TAKE_H
#define SMELT_TAKE_H

#include "smelt/runtime.h"

namespace smelt {

/// Outermost dimension first; unused dimensions stand in front with extent 1.
struct take_layer {
  int32_t extents[6];      ///< of the output
  int32_t run;             ///< bytes of what lies behind the last of them
  const int32_t *offsets;  ///< into the input: those of the first dimension, then of the next
};

/// Walks the dimensions from `dimension` inwards; returns the end of what it has written.
template <int32_t dimension>
struct take_dimension {
  static SMELT_INLINE uint8_t *run(const take_layer &layer, const int32_t *offsets,
                                   const uint8_t *input, uint8_t *output) {
    for (int32_t i = 0; i < layer.extents[dimension]; ++i)
      output = take_dimension<dimension + 1>::run(layer, offsets + layer.extents[dimension],
                                                  input + load(offsets + i), output);
    return output;
  }
};
template <>
struct take_dimension<6> {
  static SMELT_INLINE uint8_t *run(const take_layer &layer, const int32_t *, const uint8_t *input,
                                   uint8_t *output) {
    memcpy(output, input, static_cast<size_t>(layer.run));
    return output + layer.run;
  }
};

static inline SMELT_KERNEL void take(const take_layer &constants, const void *input, void *output) {
  const take_layer layer = load(&constants);
  take_dimension<0>::run(layer, layer.offsets, static_cast<const uint8_t *>(input),
                         static_cast<uint8_t *>(output));
}

}  // namespace smelt

#endif
