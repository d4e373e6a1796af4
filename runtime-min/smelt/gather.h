// SPDX-License-Identifier: Apache-2.0
//
// Elements at places that indices name at run time: see indices.h. Elements are moved as they are;
// all strides and runs count bytes.
#ifndef SMELT_GATHER_H
#define SMELT_GATHER_H

#include "smelt/indices.h"

namespace smelt {

/// The input as [outer][extent][run], the output as [outer][count][run].
struct gather_layer {
  int32_t outer, extent, count;
  int32_t run;
};

/// Each element by an index of its own along one axis.
struct gather_elements_layer {
  int32_t extents[6];  ///< of indices and output
  int32_t strides[6];  ///< of the input; 0 along the axis
  int32_t extent;      ///< of the input along the axis
  int32_t stride;      ///< likewise
  int32_t width;       ///< of an element
};

struct gather_nd_layer {
  index_tuples tuples;
};

template <typename Index>
SMELT_INLINE void gather(const gather_layer &constants, const void *input, const Index *indices,
                         void *output) {
  const gather_layer layer = load(&constants);
  const uint8_t *from = static_cast<const uint8_t *>(input);
  uint8_t *to = static_cast<uint8_t *>(output);
  for (int32_t o = 0; o < layer.outer; ++o) {
    for (int32_t i = 0; i < layer.count; ++i) {
      memcpy(to, from + inside(indices[i], layer.extent) * layer.run,
             static_cast<size_t>(layer.run));
      to += layer.run;
    }
    from += layer.extent * layer.run;
  }
}

/// As gather, out of a constant.
template <typename Index>
SMELT_INLINE void gather_constant(const gather_layer &constants, const void *input,
                                  const Index *indices, void *output) {
  const gather_layer layer = load(&constants);
  const uint8_t *from = static_cast<const uint8_t *>(input);
  uint8_t *to = static_cast<uint8_t *>(output);
  for (int32_t o = 0; o < layer.outer; ++o) {
    for (int32_t i = 0; i < layer.count; ++i) {
      const uint8_t *run = from + inside(indices[i], layer.extent) * layer.run;
      for (int32_t byte = 0; byte < layer.run; ++byte) *to++ = load(run + byte);
    }
    from += layer.extent * layer.run;
  }
}

template <typename Index>
SMELT_INLINE void gather_elements(const gather_elements_layer &constants, const void *input,
                                  const Index *indices, void *output) {
  const gather_elements_layer layer = load(&constants);
  const uint8_t *from = static_cast<const uint8_t *>(input);
  uint8_t *to = static_cast<uint8_t *>(output);
  places<0>::visit(layer, 0, [&](int32_t offset) {
    offset += inside(*indices++, layer.extent) * layer.stride;
    memcpy(to, from + offset, static_cast<size_t>(layer.width));
    to += layer.width;
  });
}

template <typename Index>
SMELT_INLINE void gather_nd(const gather_nd_layer &constants, const void *input,
                            const Index *indices, void *output) {
  const gather_nd_layer layer = load(&constants);
  const uint8_t *from = static_cast<const uint8_t *>(input);
  uint8_t *to = static_cast<uint8_t *>(output);
  for_each_tuple(layer.tuples, indices, [&](int32_t offset) {
    memcpy(to, from + offset, static_cast<size_t>(layer.tuples.run));
    to += layer.tuples.run;
  });
}

}  // namespace smelt

#endif
