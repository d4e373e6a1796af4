// SPDX-License-Identifier: Apache-2.0
//
// The triangle of each matrix above or below a diagonal; the rest is zero. Elements are moved as
// they are.
#ifndef SMELT_TRILU_H
#define SMELT_TRILU_H

#include "smelt/runtime.h"

namespace smelt {

struct trilu_layer {
  int32_t matrices, rows, columns;
  int32_t width;     ///< bytes of an element
  int32_t diagonal;  ///< to the right of the main one
  int32_t upper;     ///< 1: the diagonal and what is to its right; 0: and what is to its left
};

static inline SMELT_KERNEL void trilu(const trilu_layer &constants, const void *input,
                                      void *output) {
  const trilu_layer layer = load(&constants);
  const uint8_t *from = static_cast<const uint8_t *>(input);
  uint8_t *to = static_cast<uint8_t *>(output);
  for (int32_t row = 0; row < layer.matrices * layer.rows; ++row) {
    const int32_t on_diagonal = row % layer.rows + layer.diagonal;
    const int32_t first = layer.upper ? clamp<int32_t>(on_diagonal, 0, layer.columns) : 0;
    const int32_t last =
        layer.upper ? layer.columns : clamp<int32_t>(on_diagonal + 1, 0, layer.columns);
    memset(to, 0, static_cast<size_t>(layer.columns * layer.width));
    memcpy(to + first * layer.width, from + first * layer.width,
           static_cast<size_t>((last - first) * layer.width));
    from += layer.columns * layer.width;
    to += layer.columns * layer.width;
  }
}

}  // namespace smelt

#endif
