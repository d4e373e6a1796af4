// SPDX-License-Identifier: Apache-2.0
//
// A box of elements, taken at a stride per dimension. SLICE, STRIDED_SLICE, SPLIT, SPLIT_V and
// UNPACK become it, with positions resolved: element i of dimension d is begin[d] + i * stride[d].
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct SliceAttributes {
  std::vector<std::int32_t> begin, stride, size;  ///< one each per dimension; strides may be < 0

  std::vector<AttributeField> fields() {
    return {{"begin", &begin}, {"stride", &stride}, {"size", &size}};
  }
};

extern const OpDef slice;

}  // namespace smelt::ops
