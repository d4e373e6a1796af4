// SPDX-License-Identifier: Apache-2.0
//
// Layers that run row by row: the rows of a tensor between two of them pass through a ring. Row y
// has its place at y % rows; those of padding, above and below the image, pass through as well.
#ifndef SMELT_PIPELINE_H
#define SMELT_PIPELINE_H

#include "smelt/rows.h"

/// A pipeline is a function of its own: what it needs of the stack is gone when whole layers run.
#define SMELT_PIPELINE __attribute__((noinline))

namespace smelt {

/// Rows in memory and elements from one to the next. All rows of a tensor are a ring as well.
struct ring {
  int32_t rows, pitch;
};

template <typename T>
SMELT_INLINE T *row(T *first, const ring &rows, int32_t y) {
  return first + y % rows.rows * rows.pitch;
}

/// Pointers to `count` rows from y on, `step` apart.
template <int32_t count, typename T>
SMELT_INLINE void find_rows(const T *(&pointers)[count], const T *first, const ring &rows,
                            int32_t y, int32_t step) {
  for (int32_t i = 0; i < count; ++i) pointers[i] = row(first, rows, y + i * step);
}

/// Moves all rows up by one; the last, which is free then.
template <typename T>
SMELT_INLINE T *shift_rows(T *first, int32_t rows, int32_t pitch) {
  for (int32_t y = 1; y < rows; ++y, first += pitch)
    memcpy(first, first + pitch, static_cast<size_t>(pitch) * sizeof(T));
  return first;
}

struct copy_row_layer {
  int32_t bytes;
};

static inline SMELT_KERNEL void copy_row(const copy_row_layer &layer, const void *from, void *to) {
  memcpy(to, from, static_cast<size_t>(load(&layer.bytes)));
}

}  // namespace smelt

#endif
