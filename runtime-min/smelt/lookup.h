// SPDX-License-Identifier: Apache-2.0
//
// Any function of one byte, as a table of its results. A byte may be signed or not: tables are
// indexed by its bits.
#ifndef SMELT_LOOKUP_H
#define SMELT_LOOKUP_H

#include "smelt/unary.h"

namespace smelt {

struct lookup_8_layer {
  int32_t count;
  const uint8_t *table;  ///< 256 results
};

static inline SMELT_KERNEL void lookup_8(const lookup_8_layer &constants, const void *input,
                                         void *output) {
  const lookup_8_layer layer = load(&constants);
  for_each_element(layer.count, static_cast<const uint8_t *>(input), static_cast<uint8_t *>(output),
                   [&](uint8_t x) { return load(layer.table + x); });
}

}  // namespace smelt

#endif
