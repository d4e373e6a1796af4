// SPDX-License-Identifier: Apache-2.0
//
// Indices that come at run time. A negative one counts from the end; one that is outside even so
// is the nearest that is inside: no index reaches outside of a tensor.
#ifndef SMELT_INDICES_H
#define SMELT_INDICES_H

#include "smelt/runtime.h"

namespace smelt {

template <typename Index>
SMELT_INLINE int32_t inside(Index index, int32_t extent) {
  const Index wrapped = index < 0 ? static_cast<Index>(index + extent) : index;
  return static_cast<int32_t>(
      clamp(wrapped, static_cast<Index>(0), static_cast<Index>(extent - 1)));
}

/// function(offset) at every place of a box, in order; `Layer` has the box's extents and strides.
template <int32_t dimension>
struct places {
  template <typename Layer, typename Function>
  static SMELT_INLINE void visit(const Layer &layer, int32_t offset, const Function &function) {
    for (int32_t i = 0; i < layer.extents[dimension]; ++i)
      places<dimension + 1>::visit(layer, offset + i * layer.strides[dimension], function);
  }
};
template <>
struct places<6> {
  template <typename Layer, typename Function>
  static SMELT_INLINE void visit(const Layer &, int32_t offset, const Function &function) {
    function(offset);
  }
};

/// Where tuples of indices lead to: `depth` of them, each into a dimension of its own.
struct index_tuples {
  int32_t batches, count;  ///< tuples of each batch
  int32_t batch_stride;    ///< of what they lead into
  int32_t depth;
  int32_t extents[6], strides[6];  ///< the first `depth` are used
  int32_t run;                     ///< elements or bytes that each leads to
};

/// function(offset) for every tuple, in order.
template <typename Index, typename Function>
SMELT_INLINE void for_each_tuple(const index_tuples &tuples, const Index *indices,
                                 const Function &function) {
  for (int32_t batch = 0; batch < tuples.batches; ++batch)
    for (int32_t i = 0; i < tuples.count; ++i) {
      int32_t offset = batch * tuples.batch_stride;
      for (int32_t d = 0; d < tuples.depth; ++d)
        offset += inside(*indices++, tuples.extents[d]) * tuples.strides[d];
      function(offset);
    }
}

}  // namespace smelt

#endif
