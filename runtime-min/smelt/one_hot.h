// SPDX-License-Identifier: Apache-2.0
//
// Sets the elements that indices name at run time; a negative index counts from the end, one that
// is outside sets nothing. The output holds the value of all others.
#ifndef SMELT_ONE_HOT_H
#define SMELT_ONE_HOT_H

#include "smelt/move.h"

namespace smelt {

/// The indices as [outer][inner], the output as [outer][depth][inner].
struct one_hot_layer {
  int32_t outer, depth, inner;
  int32_t value;  ///< bits of the element; sign-extended to 64 bits
};

template <typename Width, typename Index>
SMELT_INLINE void one_hot(const one_hot_layer &constants, const Index *indices, void *output) {
  using element = typename Width::element;
  const one_hot_layer layer = load(&constants);
  element *to = static_cast<element *>(output);
  for (int32_t o = 0; o < layer.outer; ++o) {
    for (int32_t j = 0; j < layer.inner; ++j) {
      const Index index = *indices++;
      if (index < -layer.depth || index >= layer.depth) continue;
      const int32_t place = static_cast<int32_t>(index < 0 ? index + layer.depth : index);
      to[place * layer.inner + j] = static_cast<element>(layer.value);
    }
    to += layer.depth * layer.inner;
  }
}

template <typename Index>
SMELT_INLINE void one_hot_8(const one_hot_layer &layer, const Index *indices, void *output) {
  one_hot<width_8>(layer, indices, output);
}

template <typename Index>
SMELT_INLINE void one_hot_16(const one_hot_layer &layer, const Index *indices, void *output) {
  one_hot<width_16>(layer, indices, output);
}

template <typename Index>
SMELT_INLINE void one_hot_32(const one_hot_layer &layer, const Index *indices, void *output) {
  one_hot<width_32>(layer, indices, output);
}

template <typename Index>
SMELT_INLINE void one_hot_64(const one_hot_layer &layer, const Index *indices, void *output) {
  one_hot<width_64>(layer, indices, output);
}

}  // namespace smelt

#endif
