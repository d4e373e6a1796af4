// SPDX-License-Identifier: Apache-2.0
//
// Mean and sum over any axes. MEAN, SUM.
#pragma once

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/ops/kernel.h"

namespace smelt {

/// Reports axes that are not ascending dimensions of the input; false if it did.
bool check_reduced_axes(const NodeView& view, const std::vector<std::int32_t>& axes,
                        Diagnostics& diagnostics);
/// The fields of smelt/reduce.h's layers for a tensor reduced over `axes`.
std::vector<Field> reduction_fields(const Shape& shape, const std::vector<std::int32_t>& axes);

}  // namespace smelt

namespace smelt::ops {

struct ReduceAttributes {
  std::vector<std::int32_t> axes;  ///< ascending, from 0
  bool keep_dims = false;          ///< reduced dimensions stay, with extent 1

  std::vector<AttributeField> fields() { return {{"axes", &axes}, {"keep_dims", &keep_dims}}; }
};

extern const OpDef mean;
extern const OpDef sum;

}  // namespace smelt::ops
