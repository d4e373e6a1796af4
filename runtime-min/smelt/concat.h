// SPDX-License-Identifier: Apache-2.0
//
// Two to four tensors side by side: runs of bytes of each in turn. Buffers come as void *, whatever
// their element type.
#ifndef SMELT_CONCAT_H
#define SMELT_CONCAT_H

#include "smelt/runtime.h"

namespace smelt {

struct concat_layer {
  int32_t count;     ///< runs of each input
  int32_t bytes[4];  ///< of a run, by input
};

template <int32_t inputs>
SMELT_INLINE void concat(const concat_layer &constants, const void *const (&from)[inputs],
                         void *output) {
  const concat_layer layer = load(&constants);
  uint8_t *to = static_cast<uint8_t *>(output);
  for (int32_t i = 0; i < layer.count; ++i)
    for (int32_t k = 0; k < inputs; ++k) {
      memcpy(to, static_cast<const uint8_t *>(from[k]) + i * layer.bytes[k],
             static_cast<size_t>(layer.bytes[k]));
      to += layer.bytes[k];
    }
}

static inline SMELT_KERNEL void concat_2(const concat_layer &layer, const void *a, const void *b,
                                         void *output) {
  const void *const from[] = {a, b};
  concat(layer, from, output);
}

static inline SMELT_KERNEL void concat_3(const concat_layer &layer, const void *a, const void *b,
                                         const void *c, void *output) {
  const void *const from[] = {a, b, c};
  concat(layer, from, output);
}

static inline SMELT_KERNEL void concat_4(const concat_layer &layer, const void *a, const void *b,
                                         const void *c, const void *d, void *output) {
  const void *const from[] = {a, b, c, d};
  concat(layer, from, output);
}

}  // namespace smelt

#endif
