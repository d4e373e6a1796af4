// SPDX-License-Identifier: Apache-2.0
//
// Updates put into a tensor at places that indices name at run time, in order: see indices.h. The
// tensor holds the data to update; updates replace elements, which are moved as they are (strides
// and runs count bytes), or are added to or multiplied with them (strides and runs count elements;
// integers wrap around).
#ifndef SMELT_SCATTER_H
#define SMELT_SCATTER_H

#include "smelt/indices.h"
#include "smelt/reduce.h"

namespace smelt {

/// Each update by an index of its own along one axis.
struct scatter_elements_layer {
  int32_t extents[6];  ///< of indices and updates
  int32_t strides[6];  ///< of the tensor; 0 along the axis
  int32_t extent;      ///< of the tensor along the axis
  int32_t stride;      ///< likewise
  int32_t width;       ///< of an element
};

struct scatter_nd_layer {
  index_tuples tuples;
};

struct scatter_add {
  template <typename T>
  static SMELT_INLINE T combine(T a, T b) {
    using total = typename wrapping<T>::type;
    return static_cast<T>(static_cast<total>(a) + static_cast<total>(b));
  }
};

struct scatter_mul {
  template <typename T>
  static SMELT_INLINE T combine(T a, T b) {
    using total = typename wrapping<T>::type;
    return static_cast<T>(static_cast<total>(a) * static_cast<total>(b));
  }
};

/// function(offset) for every update, in order.
template <typename Index, typename Function>
SMELT_INLINE void for_each_update(const scatter_elements_layer &layer, const Index *indices,
                                  const Function &function) {
  places<0>::visit(layer, 0, [&](int32_t offset) {
    function(offset + inside(*indices++, layer.extent) * layer.stride);
  });
}

template <typename Index>
SMELT_INLINE void scatter_elements(const scatter_elements_layer &constants, const Index *indices,
                                   const void *updates, void *output) {
  const scatter_elements_layer layer = load(&constants);
  const uint8_t *from = static_cast<const uint8_t *>(updates);
  uint8_t *to = static_cast<uint8_t *>(output);
  for_each_update(layer, indices, [&](int32_t offset) {
    memcpy(to + offset, from, static_cast<size_t>(layer.width));
    from += layer.width;
  });
}

template <typename Rule, typename Index, typename T>
SMELT_INLINE void scatter_elements_by(const scatter_elements_layer &constants, const Index *indices,
                                      const T *updates, T *output) {
  const scatter_elements_layer layer = load(&constants);
  for_each_update(layer, indices, [&](int32_t offset) {
    output[offset] = Rule::combine(output[offset], *updates++);
  });
}

template <typename Index, typename T>
SMELT_INLINE void scatter_elements_add(const scatter_elements_layer &layer, const Index *indices,
                                       const T *updates, T *output) {
  scatter_elements_by<scatter_add>(layer, indices, updates, output);
}

template <typename Index, typename T>
SMELT_INLINE void scatter_elements_mul(const scatter_elements_layer &layer, const Index *indices,
                                       const T *updates, T *output) {
  scatter_elements_by<scatter_mul>(layer, indices, updates, output);
}

template <typename Index>
SMELT_INLINE void scatter_nd(const scatter_nd_layer &constants, const Index *indices,
                             const void *updates, void *output) {
  const scatter_nd_layer layer = load(&constants);
  const uint8_t *from = static_cast<const uint8_t *>(updates);
  uint8_t *to = static_cast<uint8_t *>(output);
  for_each_tuple(layer.tuples, indices, [&](int32_t offset) {
    memcpy(to + offset, from, static_cast<size_t>(layer.tuples.run));
    from += layer.tuples.run;
  });
}

template <typename Rule, typename Index, typename T>
SMELT_INLINE void scatter_nd_by(const scatter_nd_layer &constants, const Index *indices,
                                const T *updates, T *output) {
  const scatter_nd_layer layer = load(&constants);
  for_each_tuple(layer.tuples, indices, [&](int32_t offset) {
    for (int32_t i = 0; i < layer.tuples.run; ++i)
      output[offset + i] = Rule::combine(output[offset + i], *updates++);
  });
}

template <typename Index, typename T>
SMELT_INLINE void scatter_nd_add(const scatter_nd_layer &layer, const Index *indices,
                                 const T *updates, T *output) {
  scatter_nd_by<scatter_add>(layer, indices, updates, output);
}

template <typename Index, typename T>
SMELT_INLINE void scatter_nd_mul(const scatter_nd_layer &layer, const Index *indices,
                                 const T *updates, T *output) {
  scatter_nd_by<scatter_mul>(layer, indices, updates, output);
}

}  // namespace smelt

#endif
