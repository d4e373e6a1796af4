// SPDX-License-Identifier: Apache-2.0
//
// Scales and zero points as ONNX has them: constant operands, of one element or of one for each
// index of one dimension, with extents of 1 for the dimensions behind it (smelt/linear_scales.h).
#pragma once

#include <initializer_list>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/ops/kernel.h"

namespace smelt {

/// Reports operands 1 and 2 of a node if they are no constants that go with input and with each
/// other, scales that are no positive numbers, and zero points of another type than `type`; false
/// if it did.
bool check_linear_scales(const NodeView& view, ElementType type, Diagnostics& diagnostics);

/// The field of smelt::linear_scales.
Field linear_scales_field(const NodeView& view, StepBuilder& builder);

/// Appends kernel "NAME" with `fields` behind the scales. Outputs of one byte may overwrite the
/// input.
void lower_linear(const NodeView& view, StepBuilder& builder, std::string_view header,
                  void (*invoke)(const HostCall&), std::vector<Field> fields);

}  // namespace smelt
