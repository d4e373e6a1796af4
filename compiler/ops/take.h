// SPDX-License-Identifier: Apache-2.0
//
// Elements at listed places along each dimension: output element (i, j, ...) is the input's at
// (places of dimension 0)[i], (places of dimension 1)[j], ... A slice whose steps need not be
// equal. ONNX's Gather by constant indices, Compress, Pad by reflection, Resize to the nearest
// pixel, and MIRROR_PAD become it.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct TakeAttributes {
  std::vector<std::int32_t> sizes;   ///< of the output, one per dimension
  std::vector<std::int32_t> places;  ///< along the first dimension, then along the next, ...

  std::vector<AttributeField> fields() { return {{"sizes", &sizes}, {"places", &places}}; }
};

extern const OpDef take;

}  // namespace smelt::ops
